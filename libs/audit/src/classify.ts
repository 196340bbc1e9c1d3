// The verdict on one instance: each sequence from 1 to the highest is exactly one of seven things.
import {
  formatEventId,
  instanceStartMs,
  nestedEventId,
  type SequenceRange,
} from '@millrace/envelope'
import type { EventSet } from './event-set.ts'
import type { InstanceBooks } from './instance-books.ts'
import { countOf, cut, firstOf, span } from './ranges.ts'
import type { InstanceFindings, InstanceState, PendingPlaces } from './report.ts'

/** Eight digits in base 36: the last sequence that an id can say. */
const sequenceMax = 36 ** 8 - 1

/** All that is known of one instance. */
export interface InstanceEvidence {
  instance: string
  /** Undefined when it wrote no ledger. */
  books: InstanceBooks | undefined
  /** In the log data streams. */
  indexed: EventSet
  /** In the dead-letter stream or its topic. */
  deadLettered: EventSet
  /** In the stretch of the topic that the indexers have not committed. */
  unread: EventSet
  /** Newest time of its records there, epoch ms; 0 when there are none. */
  unreadAt: number
  duplicateIds: readonly string[]
  /** Backing indices older than this are deleted, epoch ms; undefined when all are there. */
  horizonAt: number | undefined
}

export interface ClassifyOptions {
  /** Epoch ms at which the ends of the topic were asked for. */
  nowMs: number
  /** An instance that was not heard of for so long lives no more. Unit: ms. */
  silentAfterMs: number
}

export function classify(evidence: InstanceEvidence, options: ClassifyOptions): InstanceFindings {
  const { instance, books, indexed, deadLettered, unread } = evidence
  const startedAt = instanceStartMs(instance) ?? 0
  const heardAt = Math.max(books?.heardAt ?? 0, evidence.unreadAt, startedAt)
  const isHeardOf = options.nowMs - heardAt <= options.silentAfterMs
  const state = stateOf(books, isHeardOf)
  const found = Math.max(indexed.highest, deadLettered.highest, unread.highest)
  const issued = Math.min(sequenceMax, Math.max(books?.issued ?? 0, found))
  const count = new Sieve(span(1, issued))

  const indexedCount = count.take(indexed.lines())
  const deadLetteredCount = count.take(deadLettered.lines())
  const pendingIn: PendingPlaces = { topic: count.take(unread.lines()), spool: 0, memory: 0 }
  const dropped: Record<string, number> = {}
  const droppedRanges: Record<string, SequenceRange[]> = {}
  for (const [reason, ranges] of books?.droppedRanges() ?? []) {
    const taken = count.takeRanges(ranges)
    if (taken.length === 0) continue
    dropped[reason] = countOf(taken)
    droppedRanges[reason] = taken
  }
  pendingIn.spool += count.take(books?.spooled() ?? [])
  const unsettled = span((books?.settled ?? 0) + 1, issued)
  const lives = state === 'open' || (state === 'unknown' && isHeardOf)
  if (lives) pendingIn.memory = count.take(unsettled)
  // With `always` each line is on disk before anything else happens to it.
  else if (state === 'silent' && books?.durability === 'always') {
    pendingIn.spool += count.take(unsettled)
  }
  const unidentified = books?.droppedUnidentified() ?? new Map<string, number>()
  for (const [reason, lines] of unidentified) {
    const taken = count.takeFirst(lines)
    if (taken > 0) dropped[reason] = (dropped[reason] ?? 0) + taken
  }
  const expired = count.take(span(1, expiredUpTo(evidence, startedAt, issued)))
  const lostEvents = lostNested(evidence)
  return {
    instance,
    ...(books?.service !== undefined && { service: books.service }),
    ...(books?.host !== undefined && { host: books.host }),
    startedAt,
    heardAt,
    state,
    ...(books !== undefined && { durability: books.durability }),
    issued,
    indexed: indexedCount,
    deadLettered: deadLetteredCount,
    dropped,
    pending: pendingIn.topic + pendingIn.spool + pendingIn.memory,
    pendingIn,
    expired,
    lostCount: countOf(count.left),
    lostRanges: count.left,
    droppedRanges,
    lostEvents,
    hasUnidentified: unidentified.size > 0,
    duplicates: evidence.duplicateIds.length + countOf(indexed.linesTwice()),
    duplicateIds: [...evidence.duplicateIds, ...idsOf(instance, indexed.linesTwice())],
  }
}

/** All ids of some lines, one after the other. */
export function* idsOf(
  instance: string,
  ranges: Iterable<SequenceRange>,
): Generator<string, void, undefined> {
  for (const [first, last] of ranges) {
    for (let sequence = first; sequence <= last; sequence++) {
      yield formatEventId(instance, sequence)
    }
  }
}

/** What falls through all holes is lost. */
class Sieve {
  left: SequenceRange[]

  constructor(all: SequenceRange[]) {
    this.left = all
  }

  /** @returns how many of those that were left it takes. */
  take(ranges: Iterable<SequenceRange>): number {
    return countOf(this.takeRanges(ranges))
  }

  takeRanges(ranges: Iterable<SequenceRange>): SequenceRange[] {
    const { inside, outside } = cut(this.left, ranges)
    this.left = outside
    return inside
  }

  takeFirst(lines: number): number {
    const { inside, outside } = firstOf(this.left, lines)
    this.left = outside
    return countOf(inside)
  }
}

function stateOf(books: InstanceBooks | undefined, isHeardOf: boolean): InstanceState {
  if (books === undefined) return 'unknown'
  if (books.isRecovered) return 'recovered'
  if (books.isClosed) return 'closed'
  return isHeardOf ? 'open' : 'silent'
}

/** Lines up to this one may have been in a backing index that retention has deleted. */
function expiredUpTo(evidence: InstanceEvidence, startedAt: number, issued: number): number {
  const { horizonAt, books } = evidence
  if (horizonAt === undefined || startedAt >= horizonAt) return 0
  return Math.min(issued, books?.issuedBefore(horizonAt) ?? issued)
}

/** Bound on the list of single events; beyond it the first ones stand for all. */
const lostEventsMax = 100_000

function lostNested({ instance, indexed, deadLettered, unread }: InstanceEvidence): string[] {
  const lost: string[] = []
  for (const { lines, index } of indexed.missingNested(deadLettered)) {
    // A record that the indexers have not committed may still bring the rest, and so may a dead letter of the whole.
    const { outside } = cut(lines, unread.lines())
    for (const id of idsOf(instance, outside)) {
      if (lost.length >= lostEventsMax) return lost
      lost.push(nestedEventId(id, index))
    }
  }
  return lost
}
