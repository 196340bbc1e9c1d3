// `millrace spool`: what lies on disk because Kafka was away, and how it gets there after all.
import { existsSync } from 'node:fs'
import { inspectSpool } from '@millrace/spool'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { counted } from '../number-text.ts'
import { CommandError, exitCodes } from '../exit-code.ts'
import { wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { spoolDirectory } from '../spool/spool-directory.ts'
import { type SendReport, sendSpool } from '../spool/spool-sender.ts'
import { damageText, isDamaged, spoolJson, spoolText } from '../spool/spool-text.ts'
import { kafkaPlace } from '../settings.ts'
import { singleLine } from '../terminal-text.ts'

interface ResendOptions extends GlobalOptions {
  timeout: number
}

const directoryHelp =
  'the spool (default: MILLRACE_SPOOL_DIRECTORY, else millrace-spool-<user id> in the temporary directory)'

export function addSpool({ program, context, end }: Registration): void {
  const spool = program
    .command('spool')
    .description('look at and send what transports left on disk')
    .addHelpText(
      'after',
      `
While Kafka is away, transports write lines to disk, and the next one that starts with the same directory sends
what a dead one has left. Segments of living processes are theirs and stay. Exit code 1 when something is damaged
or could not be sent.`,
    )

  spool
    .command('inspect')
    .description('segments, whose lines they hold, and what is damaged')
    .argument('[directory]', directoryHelp)
    .action(async (directory: string | undefined, _options: unknown, command: Command) => {
      const hasNoDamage = await inspect(
        context,
        directory,
        command.optsWithGlobals<GlobalOptions>(),
      )
      if (!hasNoDamage) end(exitCodes.failed)
    })

  spool
    .command('resend')
    .description(
      'publish what dead processes left, with the ids that it has; twice is the same as once',
    )
    .argument('[directory]', directoryHelp)
    .option('--timeout <seconds>', 'how long to try while Kafka is away', wholeNumber(1, 3600), 30)
    .addHelpText(
      'after',
      `
Lines go to the brokers and the topic that they were meant for; --brokers sends them to others.
Ctrl-C ends between two batches; run it again for the rest.`,
    )
    .action(async (directory: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ResendOptions>()
      const isSent = await resend(context, directory, options)
      if (context.signal.aborted) end(exitCodes.interrupted)
      else if (!isSent) end(exitCodes.failed)
    })
}

async function inspect(
  context: CommandContext,
  given: string | undefined,
  { json }: GlobalOptions,
): Promise<boolean> {
  const { output, clock, signal } = context
  const directory = spoolDirectory(context, given)
  if (given !== undefined) mustExist(directory)
  const reading = inspectSpool(directory, { clock, signal })
  const inspection = await output.during('Reading', reading)
  if (json === true) await output.json(spoolJson(inspection))
  else {
    const text = spoolText(inspection, clock.now(), (style, part) => output.style(style, part))
    await output.write(text)
  }
  return inspection.problem === undefined && !inspection.segments.some(isDamaged)
}

async function resend(
  context: CommandContext,
  given: string | undefined,
  options: ResendOptions,
): Promise<boolean> {
  const { output } = context
  const directory = spoolDirectory(context, given)
  if (given !== undefined) mustExist(directory)
  // Brokers that can't be any are told of before the first line is tried.
  if (options.brokers !== undefined) kafkaPlace(context, options)
  const report = await output.during('Sending', (show) =>
    sendSpool(context, directory, {
      ...options,
      timeoutMs: options.timeout * 1000,
      onProgress: ({ records, segments }) =>
        show(`Sending: ${counted(records, 'line')}, ${counted(segments, 'segment')}`),
    }),
  )
  if (options.json === true) await output.json(reportJson(directory, report))
  else for (const row of reportRows(directory, report)) await output.line(row)
  return isWell(report)
}

/** One that nobody named need not be there: no transport has had to write to disk yet. */
function mustExist(directory: string): void {
  if (existsSync(directory)) return
  throw new CommandError(`there is no directory ${singleLine(directory)}`)
}

function isWell({ recovered, left }: SendReport): boolean {
  const isIntact = recovered.every(({ damages }) => damages.length === 0)
  return isIntact && left.every(({ reason }) => reason === 'held')
}

function reportJson(directory: string, { records, segments, ...report }: SendReport): object {
  return {
    directory,
    records,
    segments,
    instances: report.recovered.map(({ instance, issued, published, missing, damages }) => ({
      instance,
      issued,
      sent: published.count,
      missing: missing.toString(),
      missingCount: missing.count,
      damages: damages.length,
    })),
    left: report.left,
    problems: report.problems,
  }
}

function reportRows(directory: string, report: SendReport): string[] {
  const { records, segments, recovered, left, problems } = report
  const unsent = left.filter(({ reason }) => reason !== 'held')
  const held = left.length - unsent.length
  const damaged = recovered.flatMap(({ damages }) => damages)
  if (records === 0 && segments === 0 && left.length === 0) {
    return [`Nothing to send in ${singleLine(directory)}.`]
  }
  const details = unsent.flatMap(({ detail }) => (detail === undefined ? [] : [detail]))
  const why = [...new Set([...problems, ...details])]
  return [
    `Sent ${counted(records, 'record')} from ${counted(segments, 'segment')} of ${counted(recovered.length, 'instance')}.`,
    ...damaged.map((damage) =>
      singleLine(`${damage.segment}: ${damageText({ damage, problem: undefined })}`),
    ),
    ...(held > 0 ? [`${counted(held, 'segment')} held by living processes, which send them.`] : []),
    ...(unsent.length > 0
      ? [`${counted(unsent.length, 'segment')} left${why.length > 0 ? ':' : '.'}`]
      : []),
    ...why.map((text) => `  ${singleLine(text)}`),
  ]
}
