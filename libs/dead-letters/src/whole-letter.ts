// One dead letter with all that it holds: its bytes, and what the line becomes now.
import { type DeadLetterFacts, recordIdOf } from '@millrace/envelope'
import type { RecordNormalizer } from '@millrace/formats'
import type { Rejection } from '@millrace/foundation'
import { copiedRecord, type KafkaRecord } from '@millrace/kafka'
import { type Letter, LetterReader } from './letter.ts'
import { type LetterTopic, readLetters } from './letter-topic.ts'
import type { Reading } from './reading.ts'
import { originalRecord } from './replay-record.ts'

export interface WholeLetter {
  record: KafkaRecord
  facts: DeadLetterFacts
  /** What the normalizer makes of the record now. */
  documents: readonly object[]
  rejections: readonly Rejection[]
}

/** Reads the letters again, with their bytes, and lets them become documents as the indexer would. */
export async function readWholeLetters(
  place: LetterTopic,
  letters: readonly Letter[],
  { normalizer, ...reading }: Reading & { normalizer: RecordNormalizer },
): Promise<WholeLetter[]> {
  const reader = new LetterReader()
  const whole: WholeLetter[] = []
  const onRecord = (record: KafkaRecord): void => {
    const facts = reader.read(record)?.facts
    if (facts === undefined) return
    const original = originalRecord(record, facts)
    const { events, rejections } = normalizer.normalize(original, facts.deadLetteredAt)
    const isOneOfMany = recordIdOf(facts.eventId) !== facts.eventId
    const documents = events
      .filter(({ id }) => !isOneOfMany || id === facts.eventId)
      .map(({ document }) => JSON.parse(JSON.stringify(document)) as object)
    whole.push({ record: copiedRecord(record), facts, documents, rejections })
  }
  for (const { partition, offset } of letters) {
    await readLetters(place, reading, onRecord, [{ partition, from: offset, to: offset + 1 }])
  }
  return whole
}
