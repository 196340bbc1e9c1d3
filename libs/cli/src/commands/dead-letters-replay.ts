// `millrace dead-letters replay`: which letters a person means, and what is said of them afterwards.
import {
  groupLetters,
  type Letter,
  lettersStillOpen,
  lettersToReplay,
  type LetterTopic,
  replay,
  type ReplayReport,
} from '@millrace/dead-letters'
import { FormatList } from '@millrace/formats'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError, exitCodes, UsageError } from '../exit-code.ts'
import { formatNameProblem } from '../format-name.ts'
import { findLetters, indexedOf, letterPlaces, lettersOf, whileReading } from '../letters.ts'
import { counted, numberText } from '../number-text.ts'
import { sinceOption, topicOption, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { ownFormats } from '../settings.ts'
import { singleLine } from '../terminal-text.ts'

interface ReplayOptions extends GlobalOptions {
  all?: boolean
  group?: string[]
  id?: string[]
  since?: (nowMs: number) => number
  format?: string
  force?: boolean
  dryRun?: boolean
  topic?: string
  timeout: number
}

const several = (value: string, all: string[] = []): string[] => [...all, value]

export function addReplay(parent: Command, { context, end }: Registration): void {
  parent
    .command('replay')
    .description('put dead letters back into their topic, once what made them fail is gone')
    .option('--all', 'all of them')
    .option(
      '--group <group>',
      'those of this cause, as list names it; may be given several times',
      several,
    )
    .option('--id <id>', 'this one; may be given several times', several)
    .addOption(sinceOption('of those only what failed'))
    .option('--format <name>', 'how their lines are to be read, in place of what their sender said')
    .option(
      '--force',
      'also those that are indexed already (their ids keep them from being double)',
    )
    .option('--dry-run', 'only say what would be replayed')
    .addOption(topicOption('whose dead letters'))
    .option('--timeout <seconds>', 'how long to try while Kafka is away', wholeNumber(1, 3600), 60)
    .addHelpText(
      'after',
      `
Each record goes back as it was, bytes, headers, key and time, with the id that it had: replayed twice it is one
document. What fails again comes back with its history. Ctrl-C ends between two batches; run it again for the rest.

Examples:
  millrace dead-letters replay --all --dry-run
  millrace dead-letters replay --group "MILLRACE_BULK_REJECTED document_parsing_exception client.ip"
  millrace dead-letters replay --id 06h09amfz8ty4w2k-00000001 --format json`,
    )
    .action(async (_options: unknown, own: Command) => {
      const { failed } = await replayLetters(context, own.optsWithGlobals<ReplayOptions>())
      if (failed.length > 0) end(exitCodes.failed)
    })
}

async function replayLetters(
  context: CommandContext,
  options: ReplayOptions,
): Promise<ReplayReport> {
  const { output } = context
  await checkUse(context, options)
  const { connection, topic, elasticsearch } = letterPlaces(context, options)
  const place = await findLetters(context, { connection, topic })
  const selected = place === undefined ? [] : await select(place, context, options)
  const indexed =
    options.force === true || selected.length === 0
      ? undefined
      : await indexedOf(elasticsearch, selected, context)
  const open = indexed === undefined ? selected : lettersStillOpen(selected, indexed)
  const letters = lettersToReplay(open)
  const skipped = lettersToReplay(selected).length - letters.length
  let report: ReplayReport = { replayed: 0, failed: [] }
  if (place !== undefined && letters.length > 0 && options.dryRun !== true) {
    const { format } = options
    let replayed = 0
    try {
      report = await whileReading(
        context,
        (reading) =>
          replay(place, letters, reading, {
            ...(format !== undefined && { format }),
            timeoutMs: options.timeout * 1_000,
            onReplayed: (count) => {
              replayed = count
            },
          }),
        () => `Replaying: ${numberText(replayed)} of ${numberText(letters.length)}`,
      )
    } catch (error) {
      output.note(
        `millrace: replayed ${counted(replayed, 'record')} of ${numberText(letters.length)} before it ended`,
      )
      throw error
    }
  }
  await tell(context, options, { topic, letters, skipped, report })
  return report
}

async function checkUse(context: CommandContext, options: ReplayOptions): Promise<void> {
  const named = [options.all, options.group, options.id].filter((each) => each !== undefined)
  if (named.length !== 1) {
    throw new UsageError('dead-letters replay takes one of --all, --group "GROUP" and --id ID')
  }
  if (options.format === undefined) return
  const problem = formatNameProblem(options.format, new FormatList(await ownFormats(context)))
  if (problem !== undefined) throw new UsageError(`--format: ${problem}`)
}

/** @throws CommandError for a group or an id that no letter has: a person who names one means it. */
async function select(
  place: LetterTopic,
  context: CommandContext,
  options: ReplayOptions,
): Promise<Letter[]> {
  const groups = new Set(options.group)
  const ids = new Set(options.id)
  const letters = await lettersOf(place, context, {
    sinceMs: options.since?.(context.clock.now()) ?? 0,
  })
  const selected = letters.filter(
    ({ eventId, recordId, group }) =>
      options.all === true || groups.has(group) || ids.has(eventId) || ids.has(recordId),
  )
  for (const { eventId, recordId, group } of selected) {
    groups.delete(group)
    ids.delete(eventId)
    ids.delete(recordId)
  }
  const [missing] = [...groups, ...ids]
  if (missing === undefined) return selected
  const kind = groups.size > 0 ? 'of the group' : 'with the id'
  throw new CommandError(
    `there is no dead letter ${kind} ${JSON.stringify(singleLine(missing))} in ${place.deadLetterTopic}; "millrace dead-letters list" shows those that there are; nothing was replayed`,
  )
}

async function tell(
  { output }: CommandContext,
  options: ReplayOptions,
  outcome: { topic: string; letters: readonly Letter[]; skipped: number; report: ReplayReport },
): Promise<void> {
  const { topic, letters, skipped, report } = outcome
  const isDry = options.dryRun === true
  if (options.json === true) {
    const selected = letters.length + skipped
    await output.json({ topic, dryRun: isDry, selected, skippedIndexed: skipped, ...report })
    return
  }
  if (isDry) {
    for (const { group, letters: count } of groupLetters(letters, undefined)) {
      await output.line(`${numberText(count).padStart(10)}  ${singleLine(group)}`)
    }
  }
  const left =
    skipped === 0 ? '' : `; left out ${counted(skipped, 'record')} that are indexed already`
  const done = isDry
    ? `Would replay ${counted(letters.length, 'record')} to topic ${topic}${left}.`
    : `Replayed ${counted(report.replayed, 'record')} to topic ${topic}${left}.`
  await output.line(done)
  for (const { id, reason } of report.failed)
    output.note(`millrace: not replayed: ${id}: ${reason}`)
  if (report.replayed > 0) {
    await output.line(
      'The indexers take them from there; "millrace dead-letters list" shows what became of them.',
    )
  }
}
