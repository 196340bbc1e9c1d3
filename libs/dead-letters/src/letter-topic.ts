// The dead-letter topic, read from its first record to the last that is there now.
import { deadLetterTopic } from '@millrace/envelope'
import {
  createAdministration,
  type KafkaRecord,
  type KafkaSettings,
  readTopicRanges,
  type TopicRange,
} from '@millrace/kafka'
import { type Letter, LetterReader, NewestLetters } from './letter.ts'
import { InterruptedError, type Reading, TooManyLettersError } from './reading.ts'

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
const lettersMaxDefault = 1_000_000

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

export interface NewestOptions {
  /** Only what failed since. Epoch ms. */
  sinceMs?: number
  isWanted?: (letter: Letter) => boolean
  /** Default: a million events. */
  lettersMax?: number
}

/**
 * The newest letter of each event.
 * @returns `foreign`: records that no indexer wrote
 * @throws TooManyLettersError past `lettersMax`, InterruptedError when the signal ended it
 */
export async function newestLetters(
  place: LetterTopic,
  reading: Reading,
  { sinceMs = 0, isWanted = () => true, lettersMax = lettersMaxDefault }: NewestOptions = {},
): Promise<{ letters: Letter[]; foreign: number }> {
  const newest = new NewestLetters()
  const reader = new LetterReader()
  let foreign = 0
  await readLetters(place, reading, (record) => {
    const read = reader.read(record)
    if (read === undefined) foreign += 1
    else if (read.letter.at >= sinceMs && isWanted(read.letter)) newest.add(read.letter)
    if (newest.size > lettersMax) throw new TooManyLettersError(place.deadLetterTopic, lettersMax)
  })
  return { letters: newest.all(), foreign }
}

/** Every record of the ranges; default: the whole topic. @throws InterruptedError */
export async function readLetters(
  place: LetterTopic,
  { signal, clock, random, onProgress }: Reading,
  onRecord: (record: KafkaRecord) => Promise<void> | void,
  ranges: readonly TopicRange[] = place.ranges,
): Promise<void> {
  const total = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)
  let seen = 0
  const { isComplete } = await readTopicRanges(
    place.connection,
    { topic: place.deadLetterTopic, ranges },
    {
      signal,
      clock,
      random,
      onRecords: async (records) => {
        for (const record of records) await onRecord(record)
        seen += records.length
        onProgress?.(seen, total)
      },
    },
  )
  if (!isComplete) throw new InterruptedError()
}
