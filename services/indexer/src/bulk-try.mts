// Bulk, one try: look up what may be there already, send the rest, and check what a rollover may have doubled.
import type { Clock } from '@millrace/foundation'
import type { Books } from './books.mts'
import { classifyBulkFailure } from './bulk-failure.mts'
import { buildBulkBody } from './bulk-request.mts'
import { indexOfAll, type ItemVerdict, readBulkResponse } from './bulk-response.mts'
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
      /** Of each item of the batch, in its order; `indexed`: of all of them. */
      verdicts: ItemVerdict[] | 'indexed'
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
  handlers: Pick<DispatchHandlers<Item>, 'isStale' | 'isMember' | 'unfold'>
  clock: Clock
  signal: AbortSignal
}

/** Clocks of this worker and Elasticsearch against each other, as a rollover after a try is looked for. Unit: ms. */
const rolloverMarginMs = 60_000

const indexed: ItemVerdict = { verdict: 'indexed' }
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

  /** Never throws. Where anything but the usual becomes of the batch, what is folded in it is not afterwards. */
  async run(batch: { items: Item[] }): Promise<TriedRequest> {
    const tried = { items: 0, bytes: 0, latencyMs: 0 }
    const { handlers, copies, books } = this.#parts
    if (!handlers.isMember()) this.#doubt(this.#unfold(batch))
    if (!batch.items.every(isOpen)) this.#unfold(batch)
    let finding: Finding<UncertainItem>
    let open = batch.items.filter(isOpen)
    try {
      // After a try without an answer a rollover may have come that nobody has told us of.
      const isNew = open.some((item) => item.isSentBefore)
      finding = await copies.find(open, { isNew })
      if (finding.isFolded) {
        open = this.#unfold(batch).filter(isOpen)
        finding = await copies.find(open, { isNew })
      }
    } catch (error) {
      return { ...tried, outcome: lookUpFailure(error) }
    }
    const { found } = finding
    books.copiesFound += found.size
    if (found.size > 0) open = this.#unfold(batch).filter(isOpen)
    const isWhole = found.size === 0 && open.length === batch.items.length
    const sent = isWhole ? batch : { items: open.filter((item) => !found.has(item)) }
    const verdicts = new Map<Item, ItemVerdict>()
    if (sent.items.length > 0) {
      const outcome = await this.#send(sent, finding, tried)
      if (outcome.kind !== 'answered' || (isWhole && batch.items.every(isOpen)))
        return { ...tried, outcome }
      const { verdicts: ofSent } = outcome
      for (const [at, item] of sent.items.entries())
        verdicts.set(item, ofSent === 'indexed' ? indexed : ofSent[at]!)
    }
    const { items } = batch
    const trouble = await this.#check(items, verdicts)
    const outcome: TryOutcome = {
      kind: 'answered',
      verdicts: items.map((item) => verdicts.get(item) ?? duplicate),
      ...(trouble !== undefined && { trouble }),
    }
    return { ...tried, outcome }
  }

  async #send(
    batch: { items: Item[] },
    finding: Finding<UncertainItem>,
    tried: Omit<TriedRequest, 'outcome'>,
  ): Promise<TryOutcome> {
    const { target, clock, signal } = this.#parts
    const body = buildBulkBody(batch.items)
    const sentAtMs = clock.now()
    const startedAtMs = clock.monotonicMs()
    for (const { count } of batch.items) tried.items += count
    tried.bytes = body.byteLength
    let outcome: TryOutcome
    try {
      const options = { signal, timeoutMs: this.#options.requestTimeoutMs }
      const answer = await target.bulk(body, options)
      outcome = this.#read(answer, batch, { finding, sentAtMs })
      letGo(answer)
    } catch (error) {
      outcome = classifyBulkFailure(error)
    }
    tried.latencyMs = clock.monotonicMs() - startedAtMs
    if (outcome.kind !== 'answered') {
      for (const item of this.#unfold(batch)) {
        item.chunk.isReusable = false
        if (mayHaveBeenCarriedOut(outcome.status)) this.#markSent(item, sentAtMs)
      }
    }
    return outcome
  }

  #read(
    answer: unknown,
    batch: { items: Item[] },
    sent: { finding: Finding<UncertainItem>; sentAtMs: number },
  ): TryOutcome {
    const index = indexOfAll(batch.items, answer)
    if (index !== undefined && this.#isUsual(batch.items, index, sent.finding)) {
      for (const item of batch.items) this.#watchEarlierOwners(item)
      return { kind: 'answered', verdicts: 'indexed' }
    }
    const items = this.#unfold(batch)
    const reading = readBulkResponse(items, answer)
    if (!reading.answered) return { kind: 'unreadable', reason: reading.reason }
    this.#judge(items, reading, sent)
    return { kind: 'answered', verdicts: reading.verdicts }
  }

  /** All were created where that was expected, and nobody else can have sent them meanwhile: `#judge`, in one. */
  #isUsual(items: readonly Item[], index: string, finding: Finding<UncertainItem>): boolean {
    const { handlers } = this.#parts
    return (
      handlers.isMember() &&
      items.every(
        (item) =>
          finding.writeIndices.get(item.dataStream) === index &&
          !item.isSentBefore &&
          !handlers.isStale(item),
      )
    )
  }

  /** Whatever is told of an item from here on is told of one event. */
  #unfold(batch: { items: Item[] }): Item[] {
    const { handlers } = this.#parts
    if (batch.items.some(({ idPlaces }) => idPlaces !== undefined)) {
      batch.items = batch.items.flatMap((item) => handlers.unfold(item))
    }
    return batch.items
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
