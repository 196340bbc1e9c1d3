// Elasticsearch, simulated: data streams with backing indices, and every way in which a bulk request can go wrong.
import { BulkRequestError, type Random } from '@millrace/foundation'
import type { BulkTarget } from '../../src/dispatch-parts.mts'
import type { CopyTarget } from '../../src/older-copies.mts'
import type { SimulatedProcess, VirtualTime } from './virtual-time.ts'

export interface BackingIndex {
  name: string
  createdAtMs: number
  documents: Map<string, unknown>
}

const bulkFaults = [
  'refused',
  'busy',
  'lost before',
  'lost after',
  'late',
  'busy items',
  'short',
  'shifted',
] as const
type BulkFault = (typeof bulkFaults)[number]

interface Sent {
  id: string
  stream: string
  document: Record<string, unknown>
}

export class SimulatedElasticsearch {
  readonly streams = new Map<string, BackingIndex[]>()
  /** Chance that a request meets a fault. 0 to 1. */
  faultRatio = 0
  /** No request gets through. */
  isDown = false
  /** Now and then it says that a document is there which is not. */
  forgets = false
  #rollovers = 0
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #isRefused: (document: Record<string, unknown>) => boolean

  constructor(
    time: VirtualTime,
    random: Random,
    isRefused: (document: Record<string, unknown>) => boolean,
  ) {
    this.#time = time
    this.#random = random
    this.#isRefused = isRefused
  }

  rollover(stream: string): void {
    this.#rollovers += 1
    const indices = this.streams.get(stream)
    if (indices !== undefined) indices.push(this.#newIndex(stream, indices.length + 1))
  }

  /** How often an id is in a data stream: once in each backing index at most. */
  copies(stream: string, id: string): number {
    let copies = 0
    for (const { documents } of this.streams.get(stream) ?? []) if (documents.has(id)) copies += 1
    return copies
  }

  /** What one worker's store talks to. */
  target(process: SimulatedProcess): BulkTarget & CopyTarget {
    return {
      backingIndices: (stream, options) =>
        this.#request(process, options, () =>
          (this.streams.get(stream) ?? []).map(({ name, createdAtMs }) => ({ name, createdAtMs })),
        ),
      findDocuments: (index, ids, options) =>
        this.#request(process, options, () => {
          const documents = this.#find(index)?.documents
          return ids
            .filter((id) => documents?.has(id))
            .map((id) => ({ id, seqNo: 0, primaryTerm: 1 }))
        }),
      deleteCopy: (index, { id }, options) =>
        this.#request(process, options, () => this.#find(index)?.documents.delete(id) ?? false),
      bulk: (body, options) =>
        this.#request(process, options, (fault) => this.#answer(parseBulk(body), fault)),
    }
  }

  #find(index: string): BackingIndex | undefined {
    for (const indices of this.streams.values()) {
      const found = indices.find(({ name }) => name === index)
      if (found !== undefined) return found
    }
    return undefined
  }

  #request<Answer>(
    process: SimulatedProcess,
    options: { signal?: AbortSignal; timeoutMs?: number },
    answer: (fault: BulkFault | undefined) => Answer,
  ): Promise<Answer> {
    const isFaulty = this.#random.next() < this.faultRatio
    const fault = isFaulty
      ? bulkFaults[Math.floor(this.#random.next() * bulkFaults.length)]
      : undefined
    const wayMs = 2 + this.#random.next() * 30
    return process.answer((resolve, reject) => {
      const timeout = this.#time.schedule(options.timeoutMs ?? 30_000, () => reject(unreachable()))
      options.signal?.addEventListener('abort', () => {
        timeout.cancel()
        reject(unreachable())
      })
      const arrive = (): void => {
        if (this.isDown) return reject(unreachable())
        if (fault === 'lost before') return
        if (fault === 'refused') return reject(refused(503))
        if (fault === 'busy') return reject(refused(429))
        const result = answer(fault)
        if (fault === 'lost after' || fault === 'late') return
        this.#time.schedule(wayMs, () => {
          timeout.cancel()
          resolve(result)
        })
      }
      if (fault === 'late') this.#carryOutLate(options.timeoutMs ?? 30_000, arrive)
      else this.#time.schedule(wayMs, arrive)
    })
  }

  /**
   * Carried out about when the worker stops waiting for it, or after. Not when a rollover has come between:
   * a worker looks for what such a request has doubled a while later, and may be gone by then. That is a
   * limit of the promise (docs/delivery.md).
   */
  #carryOutLate(timeoutMs: number, arrive: () => void): void {
    const rollovers = this.#rollovers
    this.#time.schedule(timeoutMs * (0.5 + this.#random.next()), () => {
      if (this.#rollovers === rollovers) arrive()
    })
  }

  #answer(sent: readonly Sent[], fault: BulkFault | undefined): unknown {
    const items = sent.map((item) => {
      if (fault === 'busy items' && this.#random.next() < 0.5) return failed(item.id, 429, 'busy')
      return this.#create(item)
    })
    if (fault === 'short') items.pop()
    if (fault === 'shifted') items.push(items.shift()!)
    const isGood = items.every(({ create }) => create.status === 201)
    return isGood && fault === undefined ? goodAnswer(items) : { took: 1, errors: true, items }
  }

  #create({ id, stream, document }: Sent): Created {
    if (this.#isRefused(document)) return failed(id, 400, 'document_parsing_exception')
    let indices = this.streams.get(stream)
    if (indices === undefined) {
      indices = [this.#newIndex(stream, 1)]
      this.streams.set(stream, indices)
    }
    const { name, documents } = indices.at(-1)!
    if (documents.has(id)) return failed(id, 409, 'version_conflict_engine_exception')
    if (!this.forgets || this.#random.next() > 0.02) documents.set(id, document)
    return {
      create: { _id: id, _index: name, status: 201, _seq_no: documents.size, _primary_term: 1 },
    }
  }

  #newIndex(stream: string, generation: number): BackingIndex {
    const name = `.ds-${stream}-${String(generation).padStart(6, '0')}`
    return { name, createdAtMs: this.#time.nowMs, documents: new Map() }
  }
}

interface Created {
  create: { _id: string; _index?: string; status: number } & Record<string, unknown>
}

function parseBulk(body: Buffer): Sent[] {
  const rows = body.toString().trimEnd().split('\n')
  const sent: Sent[] = []
  for (let at = 0; at < rows.length; at += 2) {
    const { create } = JSON.parse(rows[at]!) as { create: { _id: string; _index: string } }
    const document = JSON.parse(rows[at + 1]!) as Record<string, unknown>
    sent.push({ id: create._id, stream: create._index, document })
  }
  return sent
}

/** As the store gives it: bytes that have to be just these, and a way to read them. */
function goodAnswer(items: readonly Created[]): { bytes: Buffer; items: unknown } {
  const told = items.map(({ create: { _index, _id, status } }) => ({
    create: { _index, _id, status },
  }))
  return { bytes: Buffer.from(JSON.stringify({ errors: false, items: told })), items: told }
}

function failed(id: string, status: number, type: string): Created {
  return { create: { _id: id, status, error: { type, reason: `refused with ${status}` } } }
}

function refused(status: number): BulkRequestError {
  return new BulkRequestError('MILLRACE_BULK_REFUSED', `refused with ${status}`, {
    context: { status },
    retryable: true,
  })
}

function unreachable(): BulkRequestError {
  return new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'no answer', { retryable: true })
}
