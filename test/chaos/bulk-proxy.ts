// The proxy before Elasticsearch that understands HTTP: it refuses bulk requests, loses answers and falsifies them.
import { createServer, type Server } from 'node:http'
import { carryOut, type Fault, pass, refuse } from '../e2e/support/http-faults.ts'
import type { FaultKind } from './fault-kinds.ts'

/** What becomes of bulk request `number`, counted from 1 since the fault began. */
export type BulkFault = (number: number) => Fault

export class BulkProxy {
  readonly #target: string
  readonly #onIndexed: (items: number) => void
  readonly #server: Server
  #fault: BulkFault | undefined
  #number = 0

  /** `onIndexed` hears of each bulk request that came through untouched, with how many items it had. */
  constructor(target: string, onIndexed: (items: number) => void) {
    this.#target = target
    this.#onIndexed = onIndexed
    this.#server = createServer((incoming, answer) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const body = Buffer.concat(chunks)
        const isBulk = (incoming.url ?? '').startsWith('/_bulk')
        const fault = isBulk ? (this.#fault?.(++this.#number) ?? pass) : pass
        carryOut(fault, {
          target: this.#target,
          incoming,
          body,
          answer,
          onAnswered: (status) => {
            if (isBulk && status === 200) this.#onIndexed(countRows(body) / 2)
          },
        })
      })
    })
  }

  /** Resolves with the port. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return (this.#server.address() as { port: number }).port
  }

  set(fault: BulkFault | undefined): void {
    this.#number = 0
    this.#fault = fault
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

const secondOnes =
  (fault: Fault): BulkFault =>
  (number) =>
    number % 2 === 0 ? fault : pass

interface BulkAnswer {
  errors: boolean
  items: Record<string, Record<string, unknown>>[]
}

const changeItems = (change: (answer: BulkAnswer) => BulkAnswer): Fault => ({
  kind: 'change-answer',
  change: (text) => {
    // An answer that is an error already has no items to change.
    const answer = JSON.parse(text) as BulkAnswer
    return Array.isArray(answer.items) ? JSON.stringify(change(answer)) : text
  },
})

const item429 = {
  status: 429,
  error: { type: 'es_rejected_execution_exception', reason: 'the queue is full' },
}

/** Every third item seems to have been refused; it was indexed, so its next try is a duplicate. */
const someItems429 = changeItems((answer) => ({
  errors: true,
  items: answer.items.map((item, index) => {
    if (index % 3 !== 0) return item
    const facts = Object.values(item)[0]
    return { create: { _index: facts?.['_index'], _id: facts?.['_id'], ...item429 } }
  }),
}))

const wrongAnswers: readonly Fault[] = [
  changeItems((answer) => ({ ...answer, items: answer.items.slice(1) })),
  changeItems((answer) => ({ ...answer, items: answer.items.toReversed() })),
  { kind: 'refuse', status: 200, body: '<html>busy</html>' },
  { kind: 'refuse', status: 200, body: '' },
  { kind: 'change-answer', change: () => '{"errors":false,"items":[]}' },
]

/** One item may be answered as if it were another one's: with one item there is no difference. */
export const bulkFaults: Partial<Record<FaultKind, BulkFault>> = {
  'bulk-429': secondOnes(refuse(429, 'es_rejected_execution_exception', 'the queue is full')),
  'bulk-503': secondOnes(refuse(503, 'cluster_block_exception', 'no master')),
  'bulk-items-429': () => someItems429,
  'bulk-truncated': secondOnes({
    kind: 'change-answer',
    change: (text) => text.slice(0, text.length >> 1),
  }),
  'bulk-wrong': (number) => (number % 3 === 0 ? pass : wrongAnswers[number % wrongAnswers.length]!),
  'bulk-lost': secondOnes({ kind: 'lose-answer' }),
}

function countRows(body: Buffer): number {
  let rows = 0
  for (let at = body.indexOf(0x0a); at !== -1; at = body.indexOf(0x0a, at + 1)) rows++
  return rows
}
