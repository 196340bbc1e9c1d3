// `millrace dead-letters`: what could not be indexed, why, and back into the topic once the cause is gone.
import { groupLetters, type Letter, readWholeLetters } from '@millrace/dead-letters'
import { RecordNormalizer } from '@millrace/formats'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError, UsageError } from '../exit-code.ts'
import { groupsText, letterJson, letterText } from '../letter-text.ts'
import { findLetters, indexedOf, letterPlaces, lettersOf, whileReading } from '../letters.ts'
import { sinceOption, topicOption, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { dataStreamDefaults, ownFormats } from '../settings.ts'
import { addReplay } from './dead-letters-replay.ts'

interface ListOptions extends GlobalOptions {
  topic?: string
  since?: (nowMs: number) => number
}

interface ShowOptions extends ListOptions {
  group?: string
  max: number
}

export function addDeadLetters(registration: Registration): void {
  const { program, context } = registration
  const command = program
    .command('dead-letters')
    .description('what could not be indexed: list it by cause, look at it, replay it')
    .addHelpText(
      'after',
      `
A record that can't become a document, or that Elasticsearch refuses, is parked with its bytes and the reason in
the topic <topic>.dead-letter. That topic is what these commands read; reading disturbs nobody.`,
    )
  command
    .command('list')
    .description(
      'dead letters by cause: how many, since when, whose, and how many are indexed since',
    )
    .addOption(topicOption('whose dead letters'))
    .addOption(sinceOption('only what failed'))
    .action((_options: unknown, own: Command) => list(context, own.optsWithGlobals<ListOptions>()))
  command
    .command('show')
    .description(
      'one dead letter, or some of a cause: bytes, headers, history, what the line becomes now',
    )
    .argument('[id]', 'the event id, as list and the logs have it')
    .option('--group <group>', 'those of this cause, as list names it')
    .option('--max <n>', 'at most so many of a cause, the newest', wholeNumber(1, 1_000), 5)
    .addOption(topicOption('whose dead letters'))
    .addOption(sinceOption('only what failed'))
    .action((id: string | undefined, _options: unknown, own: Command) =>
      show(context, id, own.optsWithGlobals<ShowOptions>()),
    )
  addReplay(command, registration)
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { output, clock } = context
  const { connection, topic, elasticsearch } = letterPlaces(context, options)
  const place = await findLetters(context, { connection, topic })
  const sinceMs = options.since?.(clock.now()) ?? 0
  const letters = place === undefined ? [] : await lettersOf(place, context, { sinceMs })
  const indexed =
    letters.length === 0 ? new Set<string>() : await indexedOf(elasticsearch, letters, context)
  const groups = groupLetters(letters, indexed)
  const deadLetterTopic = place?.deadLetterTopic ?? `${topic}.dead-letter`
  if (options.json === true) {
    const isKnown = indexed !== undefined
    const counts = { letters: letters.length, indexed: isKnown ? indexed.size : null }
    await output.json({ topic: deadLetterTopic, ...counts, groups: groups.map(groupJson) })
    return
  }
  const style: typeof output.style = (name, text) => output.style(name, text)
  await output.write(groupsText(groups, { deadLetterTopic, style }))
}

function groupJson(group: ReturnType<typeof groupLetters>[number]): object {
  const { firstAt, lastAt, indexed, ...rest } = group
  const [first, last] = [firstAt, lastAt].map((at) => new Date(at).toISOString())
  return { ...rest, indexed: indexed ?? null, firstAt: first, lastAt: last }
}

async function show(
  context: CommandContext,
  id: string | undefined,
  options: ShowOptions,
): Promise<void> {
  const { output, clock } = context
  const { group, max } = options
  if ((id === undefined) === (group === undefined)) {
    throw new UsageError('dead-letters show takes an event id, or --group with the name of a cause')
  }
  const { connection, topic, elasticsearch } = letterPlaces(context, options)
  const place = await findLetters(context, { connection, topic })
  const sinceMs = options.since?.(clock.now()) ?? 0
  const isWanted = (letter: Letter): boolean => isNamed(letter, { id, group })
  const found = place === undefined ? [] : await lettersOf(place, context, { sinceMs, isWanted })
  if (place === undefined || found.length === 0) throw nothingFound({ id, group }, topic)
  const letters = found.toSorted((one, other) => other.at - one.at).slice(0, max)
  const indexed = await indexedOf(elasticsearch, letters, context)
  const normalizer = new RecordNormalizer({
    clusterId: place.clusterId,
    formats: await ownFormats(context),
    ...dataStreamDefaults(context),
  })
  const shown = await whileReading(context, (reading) =>
    readWholeLetters(place, letters, { ...reading, normalizer }),
  )
  const withState = shown.map((each) => ({
    ...each,
    isIndexed: indexed?.has(each.facts.eventId),
  }))
  if (options.json === true) {
    await output.json({ letters: withState.map(letterJson), leftOut: found.length - shown.length })
    return
  }
  for (const each of withState) {
    await output.write(letterText(each, (style, text) => output.style(style, text)))
  }
  if (found.length > shown.length) {
    output.note(`${found.length - shown.length} more of this cause; --max shows more of them.`)
  }
}

/** An event's own id, or that of the record that held it. A group is of the letter as it is now, not as it was. */
export function isNamed(
  { eventId, recordId, group }: Letter,
  wanted: { id: string | undefined; group: string | undefined },
): boolean {
  if (wanted.id !== undefined) return eventId === wanted.id || recordId === wanted.id
  return wanted.group === undefined || group === wanted.group
}

/** What to say where a person named something that is not there. */
export function nothingFound(
  { id, group }: { id: string | undefined; group: string | undefined },
  topic: string,
): CommandError {
  const what =
    id === undefined ? `of the group ${JSON.stringify(group)}` : `with the id ${JSON.stringify(id)}`
  return new CommandError(
    `there is no dead letter ${what} in ${topic}.dead-letter; "millrace dead-letters list" shows those that there are`,
  )
}
