// Bulk, one try: look up what may be there already, send the rest, and check what a rollover may have doubled.
import type { Clock } from '@millrace/foundation'
import type { Books } from './books.mts'
import { classifyBulkFailure } from './bulk-failure.mts'
import { buildBulkBody } from './bulk-request.mts'
import { type ItemVerdict, readBulkResponse } from './bulk-response.mts'
import type {
  BulkTarget,
  DispatchHandlers,
  DispatchItem,
  RequestFailure,
} from './dispatch-parts.mts'
import type { LateRequests } from './late-requests.mts'
import type { Finding, OlderCopies, UncertainItem } from './older-copies.mts'

export type TryOutcome =
  | {
      kind: 'answered'
      verdicts: ItemVerdict[]
      /** What kept a check for second copies from being made; its items are to be tried again. */
      trouble?: RequestFailure
    }
  | RequestFailure

export interface TriedRequest {
  outcome: TryOutcome
  /** Items and bytes that were really sent; 0 when all of them were there already or none could be asked for. */
  items: number
  bytes: number
  latencyMs: number
}

export interface BulkTryParts<Item extends DispatchItem> {
  target: BulkTarget
  copies: OlderCopies<UncertainItem>
  late: Pick<LateRequests, 'watch'>
  books: Pick<Books, 'copiesFound'>
  handlers: Pick<DispatchHandlers<Item>, 'isStale' | 'isMember'>
  clock: Clock
  signal: AbortSignal
}

/** Clocks of this worker and Elasticsearch against each other, as a rollover after a try is looked for. Unit: ms. */
const rolloverMarginMs = 60_000

const duplicate: ItemVerdict = { verdict: 'duplicate' }

/**
 * `_id` is unique within one backing index only, so a create is safe where nobody can have created the same
 * document before the data stream rolled over. Whoever can have done so, `uncertain.mts` says since when:
 *
 * 1. What may be in an older backing index is looked up there before it is created; found is as good as a 409.
 * 2. The data stream rolls over between look-up and create: the answer names another index than the one that
 *    was the write index when we looked, so its items are looked up again, and the newer copy is deleted.
 * 3. A try without an answer may still be carried out while the next one looks; so what was sent before is
 *    looked up after its create as well, and once more when no late request can be on its way any more.
 * 4. A worker that was frozen wakes up with an answer, or sends, when others own its partitions: what it
 *    created is looked up, too.
 */
export class BulkTry<Item extends DispatchItem> {
  readonly #parts: BulkTryParts<Item>
  readonly #options: { requestTimeoutMs: number; clockMarginMs: number }

  constructor(
    parts: BulkTryParts<Item>,
    options: { requestTimeoutMs: number; clockMarginMs: number },
  ) {
    this.#parts = parts
    this.#options = options
  }

  /** Never throws. */
  async run(items: readonly Item[]): Promise<TriedRequest> {
    const tried = { items: 0, bytes: 0, latencyMs: 0 }
    const { handlers, copies, books } = this.#parts
    if (!handlers.isMember()) this.#doubt(items)
    let finding: Finding<UncertainItem>
    const open = items.every(isOpen) ? items : items.filter(isOpen)
    try {
      // After a try without an answer a rollover may have come that nobody has told us of.
      const isNew = open.some((item) => item.isSentBefore)
      finding = await copies.find(open, { isNew })
    } catch (error) {
      return { ...tried, outcome: lookUpFailure(error) }
    }
    const { found } = finding
    books.copiesFound += found.size
    const toSend = found.size === 0 ? open : open.filter((item) => !found.has(item))
    const verdicts = new Map<Item, ItemVerdict>()
    if (toSend.length > 0) {
      const outcome = await this.#send(toSend, finding, tried)
      const isAll = toSend === items && items.every(isOpen)
      if (outcome.kind !== 'answered' || isAll) return { ...tried, outcome }
      for (const [at, item] of toSend.entries()) verdicts.set(item, outcome.verdicts[at]!)
    }
    const trouble = await this.#check(items, verdicts)
    const outcome: TryOutcome = {
      kind: 'answered',
      verdicts: items.map((item) => verdicts.get(item) ?? duplicate),
      ...(trouble !== undefined && { trouble }),
    }
    return { ...tried, outcome }
  }

  async #send(
    items: readonly Item[],
    finding: Finding<UncertainItem>,
    tried: Omit<TriedRequest, 'outcome'>,
  ): Promise<TryOutcome> {
    const { target, clock, signal } = this.#parts
    const body = buildBulkBody(items)
    const sentAtMs = clock.now()
    const startedAtMs = clock.monotonicMs()
    tried.items = items.length
    tried.bytes = body.byteLength
    let outcome: TryOutcome
    try {
      const options = { signal, timeoutMs: this.#options.requestTimeoutMs }
      const answer = await target.bulk(body, options)
      const reading = readBulkResponse(items, answer)
      letGo(answer)
      if (reading.answered) {
        this.#judge(items, reading, { finding, sentAtMs })
        outcome = { kind: 'answered', verdicts: reading.verdicts }
      } else {
        outcome = { kind: 'unreadable', reason: reading.reason }
      }
    } catch (error) {
      outcome = classifyBulkFailure(error)
    }
    tried.latencyMs = clock.monotonicMs() - startedAtMs
    if (outcome.kind !== 'answered') {
      for (const item of items) {
        item.chunk.isReusable = false
        if (mayHaveBeenCarriedOut(outcome.status)) this.#markSent(item, sentAtMs)
      }
    }
    return outcome
  }

  /** Marks the items that are to be checked for a second copy, and those whose fate is still open. */
  #judge(
    items: readonly Item[],
    { verdicts, indices }: { verdicts: ItemVerdict[]; indices: (string | undefined)[] },
    { finding, sentAtMs }: { finding: Finding<UncertainItem>; sentAtMs: number },
  ): void {
    const { handlers } = this.#parts
    const isMember = handlers.isMember()
    for (let at = 0; at < items.length; at++) {
      const item = items[at]!
      const verdict = verdicts[at]!
      if (verdict.verdict === 'retry') {
        if (mayHaveBeenCarriedOut(verdict.status)) this.#markSent(item, sentAtMs)
      } else if (verdict.verdict !== 'rejected') {
        const index = indices[at]
        const isElsewhere =
          index !== undefined && index !== finding.writeIndices.get(item.dataStream)
        const isLate = !isMember || handlers.isStale(item)
        if (isLate) this.#doubt([item])
        if (isElsewhere || isLate || item.isSentBefore) item.toCheck = verdict
        else if (verdict.verdict === 'indexed') this.#watchEarlierOwners(item)
      }
    }
  }

  #markSent(item: Item, sentAtMs: number): void {
    item.isSentBefore = true
    this.#parts.late.watch(item, sentAtMs - rolloverMarginMs)
    lower(item, sentAtMs - this.#options.clockMarginMs)
  }

  /** What an owner before us has sent may be carried out yet, and nobody else looks for it. */
  #watchEarlierOwners(item: Item): void {
    if (item.mayComeLate) this.#parts.late.watch(item, item.uncertainSinceMs)
  }

  /** Others may own the partitions of these already. */
  #doubt(items: readonly Item[]): void {
    for (const item of items) lower(item, item.writtenAtMs - this.#options.clockMarginMs)
  }

  /** @returns why it could not be checked. */
  async #check(
    items: readonly Item[],
    verdicts: Map<Item, ItemVerdict>,
  ): Promise<RequestFailure | undefined> {
    const toCheck = items.filter((item) => item.toCheck !== undefined)
    if (toCheck.length === 0) return undefined
    try {
      const { removed } = await this.#parts.copies.find(toCheck, { isNew: true })
      for (const item of toCheck) {
        verdicts.set(item, removed.has(item) ? duplicate : item.toCheck!)
        item.toCheck = undefined
        if (!removed.has(item)) this.#watchEarlierOwners(item)
      }
      return undefined
    } catch (error) {
      const trouble = lookUpFailure(error)
      const again: ItemVerdict = { verdict: 'retry', status: 0, reason: trouble.reason }
      for (const item of toCheck) verdicts.set(item, again)
      return trouble
    }
  }
}

function isOpen(item: DispatchItem): boolean {
  return item.toCheck === undefined
}

/** A refusal (4xx, but for a timeout) says that nothing was done; anything else leaves it open. */
function mayHaveBeenCarriedOut(status: number | undefined): boolean {
  return status === undefined || status < 400 || status === 408 || status >= 500
}

function lower(item: DispatchItem, sinceMs: number): void {
  item.uncertainSinceMs = Math.min(item.uncertainSinceMs, sinceMs)
}

/** Nothing was sent, so no batch is too large or malformed; a person or time must help. */
function lookUpFailure(error: unknown): RequestFailure {
  const failure = classifyBulkFailure(error)
  return failure.kind === 'forbidden' ? failure : { ...failure, kind: 'unavailable' }
}

/** The memory of an answer that has been read is used again; see `BulkAnswer` of libs/elastic. */
function letGo(answer: unknown): void {
  const { release } = Object(answer) as { release?: () => void }
  release?.call(answer)
}
