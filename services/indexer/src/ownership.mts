// Take: what the worker knows of one partition while it owns it, and of each record that it took from there.
import type { KafkaRecord } from '@millrace/kafka'
import type { Holder } from './admission.mts'
import type { BodyChunk } from './bulk-bodies.mts'
import type { ItemVerdict } from './bulk-response.mts'
import type { DispatchItem } from './dispatch-parts.mts'
import type { IdPlace } from './good-answer.mts'
import type { Moment } from './pipeline-parts.mts'
import { type OpenRecord, PartitionSettlement } from './settle.mts'
import { uncertainSinceMs } from './uncertain.mts'

/**
 * One partition, from its assignment to its revocation. A later assignment of the same partition is
 * another object, so that late answers of the old one cannot touch the new one.
 */
export class OwnedPartition implements Holder {
  readonly topic: string
  readonly partition: number
  readonly settlement: PartitionSettlement
  readonly #recordsMax: number
  heldBytes = 0
  /** The consumer was told not to fetch it. */
  isPaused = false
  /** No further records are taken; what was taken is being finished. */
  isClosing = false
  /** Owned no more: nothing of it is committed, retried or dead-lettered by this worker. */
  isEnded = false
  /** The offset of the last successful commit of this ownership. */
  committedOffset: number | undefined

  /**
   * Records below this offset may have been indexed by an earlier owner: the end of the partition when this
   * ownership read its first records.
   */
  uncertainBelow = Number.POSITIVE_INFINITY
  /** Requests of an earlier owner for records below this offset may still be carried out: it takes no more at a time. */
  lateBelow: number | undefined

  /** How far clocks may be apart. */
  readonly clockMarginMs: number
  /** When the group's last owner committed it last; epoch ms, undefined where nobody told. */
  readonly committedBeforeAtMs: number | undefined
  /** Epoch ms. */
  readonly assignedAtMs: number
  // What `ProgressWatch` notes: epoch ms for the first, monotonic ms for the other times.
  waitingSinceMs: number | undefined
  seenOffset: number | undefined
  progressedAtMs: number | undefined
  behindSinceMs: number | undefined

  /** What was taken before the partition was read again from an earlier offset; see `Partitions.restart`. */
  readonly predecessor: OwnedPartition | undefined

  constructor(
    topic: string,
    partition: number,
    options: {
      recordsMax: number
      clockMarginMs: number
      assignedAtMs: number
      committedBeforeAtMs?: number
      predecessor?: OwnedPartition
    },
  ) {
    this.#recordsMax = options.recordsMax
    this.clockMarginMs = options.clockMarginMs
    this.assignedAtMs = options.assignedAtMs
    this.committedBeforeAtMs = options.committedBeforeAtMs
    this.topic = topic
    this.partition = partition
    this.settlement = new PartitionSettlement(options)
    this.predecessor = options.predecessor
  }

  get hasBegun(): boolean {
    return this.lateBelow !== undefined
  }

  /** The first record is there, told once; the high watermarks say where partitions end as they were fetched. */
  begin(offset: number, highWatermarks: ReadonlyMap<number, number>): void {
    this.uncertainBelow = highWatermarks.get(this.partition) ?? Number.POSITIVE_INFINITY
    this.lateBelow = Math.min(this.uncertainBelow, offset + this.#recordsMax)
  }

  /** Whether everything that was taken is terminal. */
  get isSettled(): boolean {
    return this.settlement.span === 0 && (this.predecessor?.isSettled ?? true)
  }

  /** The offset that a commit would write now; undefined when there is nothing new to commit. */
  get offsetToCommit(): number | undefined {
    if (this.isEnded || this.predecessor?.isSettled === false) return undefined
    const offset = this.settlement.committableOffset
    return offset === this.committedOffset ? undefined : offset
  }
}

/**
 * A record on its way, with what it holds of the memory bound. Of each event that is in no stretch there is this, its
 * item and the fetched record, and no more: times are not kept but reckoned, for a number of their size is an object of its own.
 */
export class TakenRecord implements OpenRecord {
  readonly record: KafkaRecord
  readonly owner: OwnedPartition
  readonly takenAt: Moment
  /** The sender says that the topic may hold the record twice. */
  isResent = false
  openEvents: number
  /** Events still in this worker's hands; at 0 the record's bytes are released. */
  eventsHeld: number
  bytes = 0

  constructor(record: KafkaRecord, owner: OwnedPartition, takenAt: Moment, events: number) {
    this.record = record
    this.owner = owner
    this.takenAt = takenAt
    this.openEvents = events
    this.eventsHeld = events
  }

  get offset(): number {
    return this.record.offset
  }

  get lastOffset(): number {
    return this.record.offset
  }

  get count(): number {
    return 1
  }

  /** When the line was written (`event.created`), as far as that is known. Epoch ms. */
  get createdAtMs(): number {
    const { timestampMs } = this.record
    const { nowMs } = this.takenAt
    return timestampMs > 0 ? Math.min(timestampMs, nowMs) : nowMs
  }

  /** Epoch ms; 0 where nobody knows. */
  get writtenAtMs(): number {
    return Math.min(this.takenAt.nowMs, Math.max(0, this.record.timestampMs))
  }

  /** Since when its events may be in Elasticsearch already; see there. */
  get uncertainSinceMs(): number {
    return uncertainSinceMs(this.record, this.owner, this.isResent)
  }

  get mayComeLate(): boolean {
    return this.record.offset < (this.owner.lateBelow ?? 0)
  }
}

/** One event on its way to Elasticsearch. */
export class BulkItem implements DispatchItem {
  readonly origin: TakenRecord
  readonly dataStream: string
  readonly chunk: BodyChunk
  readonly start: number
  bytes = 0
  /** It tells of a dead letter that is in the topic already: whatever becomes of it, the event is terminal. */
  tellsOfDeadLetter = false
  isSentBefore = false
  toCheck: ItemVerdict | undefined = undefined
  #uncertainSinceMs: number | undefined = undefined
  #id: string | undefined = undefined

  /** Its id is the record's key until it is given another. */
  constructor(origin: TakenRecord, dataStream: string, chunk: BodyChunk, start: number) {
    this.origin = origin
    this.dataStream = dataStream
    this.chunk = chunk
    this.start = start
  }

  get count(): number {
    return 1
  }

  get id(): string {
    this.#id ??= Buffer.from(this.origin.record.key!).toString('latin1')
    return this.#id
  }

  set id(id: string) {
    this.#id = id
  }

  /** Where the id is the record's key, and nobody has made a text of it. */
  get idPlace(): IdPlace | undefined {
    const { record } = this.origin
    return this.#id === undefined && record.bytes !== undefined ? (record as IdPlace) : undefined
  }

  get idPlaces(): undefined {
    return undefined
  }

  get writtenAtMs(): number {
    return this.origin.writtenAtMs
  }

  get mayComeLate(): boolean {
    return this.origin.mayComeLate
  }

  get uncertainSinceMs(): number {
    return this.#uncertainSinceMs ?? this.origin.uncertainSinceMs
  }

  set uncertainSinceMs(sinceMs: number) {
    this.#uncertainSinceMs = sinceMs
  }
}

/** What a record without its bytes costs in memory: three objects and their places in lists. Measured roughly. */
const recordOverheadBytes = 320

/** The headers that were asked for last, which records of one batch share. */
let known: { headers: KafkaRecord['headers']; bytes: number } | undefined

export function recordBytes(record: KafkaRecord): number {
  const { headers } = record
  if (known?.headers !== headers) {
    let bytes = 0
    for (const name in headers) bytes += headers[name]?.byteLength ?? 0
    known = { headers, bytes }
  }
  return recordOverheadBytes + known.bytes + ownBytes(record)
}

/** Key and value. */
export function ownBytes(record: KafkaRecord): number {
  const { bytes, keyStart = 0, keyEnd = 0, valueStart = 0, valueEnd = 0 } = record
  if (bytes !== undefined)
    return Math.max(0, keyEnd - keyStart) + Math.max(0, valueEnd - valueStart)
  return (record.key?.byteLength ?? 0) + (record.value?.byteLength ?? 0)
}
