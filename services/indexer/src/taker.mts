// Take: a record that has come becomes items of bulk bodies, dead letters, or nothing, and its offset waits for all of them.
import type { PlannedLine } from '@millrace/formats'
import type { ConsumerGroup, KafkaRecord } from '@millrace/kafka'
import type { Admission } from './admission.mts'
import type { Assembly } from './assembly.mts'
import type { Books } from './books.mts'
import { writePlanned } from './bulk-request.mts'
import { identifyRecord } from './dead-letter.mts'
import { isPlaced, type PlacedRecord } from './event-places.mts'
import type { DeadLetters } from './dead-letters.mts'
import { type Normalizer, takeIn } from './intake.mts'
import { type OwnedPartition, ownBytes, recordBytes, TakenRecord } from './ownership.mts'
import type { Moment } from './pipeline-parts.mts'
import type { ProgressWatch } from './progress-watch.mts'
import { stretchEventBytes, type StretchFacts } from './stretch.mts'

export interface TakerParts {
  normalizer: Normalizer
  books: Books
  group: Pick<ConsumerGroup, 'highWatermarks'>
  admission: Admission
  assembly: Assembly
  deadLetters: Pick<DeadLetters, 'add'>
  progressWatch: ProgressWatch
}

export class Taker {
  readonly #parts: TakerParts
  readonly #clusterId: string
  #facts: StretchFacts | undefined

  constructor(parts: TakerParts, { clusterId }: { clusterId: string }) {
    this.#parts = parts
    this.#clusterId = clusterId
  }

  take(owner: OwnedPartition, record: KafkaRecord, now: Moment): void {
    const { assembly } = this.#parts
    const start = assembly.bodies.writer.length
    const planned = this.#writeByPlan(record, now)
    if (planned === undefined) return this.#takeByRules(owner, record, now)
    if (planned.isKeyId && !planned.isResent && isPlaced(record)) {
      return this.#takeInStretch(this.#factsFor(owner, planned.dataStream, now), record, start)
    }
    const origin = this.#open(owner, record, now, 1)
    origin.isResent = planned.isResent
    const item = assembly.addWritten(origin, planned.dataStream, start, now.monotonicMs)
    if (!planned.isKeyId) item.id = planned.id
    this.hold(origin, item.bytes)
  }

  /**
   * The record's one event by plan, its lines written to the body; undefined where the rules take it. A plan that fails,
   * which none should, leaves the record to them as well.
   */
  #writeByPlan(record: KafkaRecord, { nowMs }: Moment): PlannedLine | undefined {
    const { normalizer, assembly, books } = this.#parts
    const { writer } = assembly.bodies
    const { length } = writer
    try {
      const planned = normalizer.plan?.(record, nowMs)
      if (planned !== undefined) writePlanned(writer, planned)
      return planned
    } catch {
      writer.length = length
      books.plansFailed += 1
      return undefined
    }
  }

  /** Its one event stands in the body from `start` on. */
  #takeInStretch(facts: StretchFacts, record: PlacedRecord, start: number): void {
    const { books, assembly } = this.#parts
    const { owner } = facts
    const bytes = stretchEventBytes + ownBytes(record)
    books.recordsTaken += 1
    books.recordBytesTaken += bytes
    books.take(1)
    this.#parts.progressWatch.taken(owner, record)
    if (!owner.hasBegun) owner.begin(record.offset, this.#parts.group.highWatermarks())
    const bodyBytes = assembly.bodies.writer.length - start
    const stretch = assembly.addToStretch(facts, record, start)
    if (stretch.count === 1) owner.settlement.take(stretch)
    else owner.settlement.extended(stretch)
    stretch.heldBytes += bytes + bodyBytes
    this.#parts.admission.take(owner, bytes + bodyBytes)
  }

  /** The same object as for the record before, where they say the same. */
  #factsFor(owner: OwnedPartition, dataStream: string, takenAt: Moment): StretchFacts {
    const facts = this.#facts
    const isSame =
      facts?.owner === owner && facts.takenAt === takenAt && facts.dataStream === dataStream
    if (isSame) return facts
    this.#facts = { owner, takenAt, dataStream }
    return this.#facts
  }

  #takeByRules(owner: OwnedPartition, record: KafkaRecord, now: Moment): void {
    const { normalizer, assembly, deadLetters, books } = this.#parts
    const { items, rejections, isResent } = takeIn(record, now.nowMs, normalizer)
    const events = items.length + rejections.length
    const origin = this.#open(owner, record, now, events)
    origin.isResent = isResent
    // A control record of a kind that this version does not know, or an empty container.
    if (events === 0) return books.end('skipped')
    for (const event of items) {
      this.hold(origin, assembly.addLines(origin, event, now.monotonicMs).bytes)
    }
    for (const { code, reason } of rejections) {
      const eventId = identifyRecord(record, this.#clusterId)
      deadLetters.add({ origin, eventId, cause: { code, reason } })
    }
  }

  /** From here on the record's offset waits for its events, and its bytes are held while there are any. */
  #open(owner: OwnedPartition, record: KafkaRecord, now: Moment, events: number): TakenRecord {
    const { books, group, progressWatch } = this.#parts
    books.recordsTaken += 1
    const bytes = recordBytes(record)
    books.recordBytesTaken += bytes
    books.take(Math.max(1, events))
    const origin = new TakenRecord(record, owner, now, events)
    owner.settlement.take(origin)
    progressWatch.taken(owner, record)
    if (events === 0) return origin
    if (!owner.hasBegun) owner.begin(record.offset, group.highWatermarks())
    this.hold(origin, bytes)
    return origin
  }

  /** So many bytes of memory more are the record's, until its last event is let go. */
  hold(origin: TakenRecord, bytes: number): void {
    origin.bytes += bytes
    this.#parts.admission.take(origin.owner, bytes)
  }
}
