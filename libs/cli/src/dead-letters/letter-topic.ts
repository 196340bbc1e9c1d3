// The dead-letter topic, read from its first record to the last that is there now.
import { deadLetterTopic } from '@millrace/envelope'
import {
  createAdministration,
  type KafkaRecord,
  type KafkaSettings,
  readTopicRanges,
  type TopicRange,
} from '@millrace/kafka'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError } from '../exit-code.ts'
import { counted, numberText } from '../number-text.ts'
import { allPlaces } from '../settings.ts'
import { type Letter, LetterReader, NewestLetters } from './letter.ts'

export interface LetterTopic {
  connection: KafkaSettings
  /** Whose dead letters they are. */
  topic: string
  /** Where they lie. */
  deadLetterTopic: string
  clusterId: string
  ranges: readonly TopicRange[]
}

/** Most events whose newest letter is kept in memory at once: less than 1 KB each, measured. */
const lettersMax = 1_000_000

/** Both servers and the topic. `--group` of these commands names a cause, and not the indexers' group. */
export function letterPlaces(
  context: CommandContext,
  options: GlobalOptions & { topic?: string },
): ReturnType<typeof allPlaces> {
  const { brokers, elasticsearch, topic } = options
  return allPlaces(context, {
    ...(brokers !== undefined && { brokers }),
    ...(elasticsearch !== undefined && { elasticsearch }),
    ...(topic !== undefined && { topic }),
  })
}

/** Undefined when there is no dead-letter topic: then nothing was ever parked. */
export async function findLetterTopic(
  connection: KafkaSettings,
  topic: string,
): Promise<LetterTopic | undefined> {
  const administration = createAdministration(connection)
  const name = deadLetterTopic(topic)
  try {
    if ((await administration.describeTopic(name)) === undefined) return undefined
    const offsets = await administration.topicOffsets(name)
    const ranges = offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
    const clusterId = await administration.clusterId()
    return { connection, topic, deadLetterTopic: name, clusterId, ranges }
  } finally {
    await administration.close()
  }
}

/**
 * The newest letter of each event.
 * @throws CommandError past a million of them; interrupted, it throws as the signal says.
 */
export async function newestLetters(
  place: LetterTopic,
  context: CommandContext,
  {
    sinceMs = 0,
    isWanted = () => true,
  }: { sinceMs?: number; isWanted?: (letter: Letter) => boolean },
): Promise<Letter[]> {
  const newest = new NewestLetters()
  const reader = new LetterReader()
  let others = 0
  await readLetters(place, context, (record) => {
    const read = reader.read(record)
    if (read === undefined) others += 1
    else if (read.letter.at >= sinceMs && isWanted(read.letter)) newest.add(read.letter)
    if (newest.size > lettersMax) {
      throw new CommandError(
        `topic ${place.deadLetterTopic} holds dead letters of more than ${numberText(lettersMax)} events; look at a part of them with --since`,
      )
    }
  })
  if (others > 0) {
    context.output.note(
      `millrace: left out of ${place.deadLetterTopic}: ${counted(others, 'record')} that no indexer wrote`,
    )
  }
  return newest.all()
}

export interface ReadingOptions {
  /** Default: the whole topic. */
  ranges?: readonly TopicRange[]
  /** What a person is shown on the way. Default: how many of how many records were read. */
  progress?: () => string
}

/** Every record of the ranges. @throws CommandError when it was interrupted. */
export async function readLetters(
  place: LetterTopic,
  context: CommandContext,
  onRecord: (record: KafkaRecord) => Promise<void> | void,
  { ranges = place.ranges, progress }: ReadingOptions = {},
): Promise<void> {
  const { output, signal, clock, random } = context
  const total = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)
  let seen = 0
  const read = (): string => `Reading dead letters: ${numberText(seen)} of ${numberText(total)}`
  const onRecords = async (records: readonly KafkaRecord[], show: (text: string) => void) => {
    for (const record of records) await onRecord(record)
    seen += records.length
    show((progress ?? read)())
  }
  const { isComplete } = await output.during('Reading dead letters', (show) =>
    readTopicRanges(
      place.connection,
      { topic: place.deadLetterTopic, ranges },
      { signal, clock, random, onRecords: (records) => onRecords(records, show) },
    ),
  )
  if (!isComplete) throw new CommandError('interrupted')
}
