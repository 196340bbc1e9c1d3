// Counting: the books of one worker. They balance: what was taken is settled, given up, or still in hand.
import assert from 'node:assert/strict'
import type { ErrorCode } from '@millrace/foundation'

/** The final fates of an event in this worker's hands. */
export const fates = ['indexed', 'duplicate', 'dead_lettered', 'skipped', 'given_up'] as const
export type Fate = (typeof fates)[number]

/**
 * Plain numbers, counted where things happen and read by the metrics when somebody asks. Events, not
 * records, are the unit of fates: a record can hold several. A record without events counts as one
 * skipped event. `given_up` is what went back to the group unfinished when a partition was revoked.
 */
export class Books {
  recordsTaken = 0
  recordBytesTaken = 0
  /** Records that arrived for a partition that is not ours any more, and were left to its new owner. */
  recordsUnowned = 0
  eventsTaken = 0
  /** Records that a plan failed for, so that the rules read them; each is a fault of the plan. */
  plansFailed = 0
  readonly events: Record<Fate, number> = {
    indexed: 0,
    duplicate: 0,
    dead_lettered: 0,
    skipped: 0,
    given_up: 0,
  }
  readonly deadLetters = new Map<ErrorCode, number>()
  eventsInHand = 0
  itemsRetried = 0
  rebalances = 0
  commits = 0
  commitFailures = 0
  partitionPauses = 0
  /** Ids that were looked for in an older backing index, counted once for each index. */
  idsLookedUp = 0
  /** Events that were found there, and so not created again. */
  copiesFound = 0
  /** Second copies that came into being during a rollover and were deleted. */
  copiesRemoved = 0
  deadLetterFailures = 0
  /** Dead letters that are in the topic and have no readable document, since Elasticsearch refused it. */
  deadLettersUntold = 0

  take(events: number): void {
    this.eventsTaken += events
    this.eventsInHand += events
  }

  end(fate: Fate, events = 1): void {
    this.events[fate] += events
    this.eventsInHand -= events
    assert(this.eventsInHand >= 0, 'more events ended than were taken')
  }

  deadLettered(code: ErrorCode): void {
    this.deadLetters.set(code, (this.deadLetters.get(code) ?? 0) + 1)
  }

  /** Taken = indexed + duplicate + dead-lettered + skipped + given up + in hand. */
  get isBalanced(): boolean {
    let ended = 0
    for (const fate of fates) ended += this.events[fate]
    return this.eventsTaken === ended + this.eventsInHand
  }
}
