// Take: since when somebody may have indexed a record already, so that a rollover since then can double it.
import { instanceStartMs, parseEventId } from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'

/**
 * How far a producer's clock may be ahead for records that are read as they come. Larger costs look-ups for as
 * long after each rollover. Unit: ms.
 */
const senderMarginMs = 60_000

/**
 * The earliest time (epoch ms) at which the record's events may have been indexed by somebody else:
 *
 * | record | since | margin for clocks |
 * |---|---|---|
 * | was in the partition before this ownership: an earlier owner may have indexed it | it was written | `clockMarginMs` |
 * | is marked as sent again: the first one may lie anywhere in the topic | the instance that minted its id began | `clockMarginMs` |
 * | any other: it may have been sent again since, and that one was read first | it was written | a minute |
 *
 * Nobody else indexes the last kind, for an owner that the group has given up takes nothing more.
 */
export function uncertainSinceMs(
  record: Pick<KafkaRecord, 'offset' | 'timestampMs' | 'key'>,
  { uncertainBelow, clockMarginMs }: { uncertainBelow: number; clockMarginMs: number },
  isResent: boolean,
): number {
  const writtenAtMs = Math.max(0, record.timestampMs)
  if (isResent) return Math.min(writtenAtMs, mintedAtMs(record.key)) - clockMarginMs
  if (record.offset < uncertainBelow) return writtenAtMs - clockMarginMs
  return writtenAtMs - Math.min(senderMarginMs, clockMarginMs)
}

/** When the instance of a minted id was started; 0, which is before everything, for any other key. */
function mintedAtMs(key: Uint8Array | null): number {
  if (key === null) return 0
  const text = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString()
  const instance = parseEventId(text)?.instance
  return instance === undefined ? 0 : (instanceStartMs(instance) ?? 0)
}
