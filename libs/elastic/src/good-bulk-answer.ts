// Bulk, on the wire: an answer that says of itself that no item has failed, kept as the bytes that it is.
import assert from 'node:assert/strict'
import type { AnswerBytes } from './answer-memory.ts'
import type { BulkAnswer, BulkItemAnswer } from './bulk.ts'

/** How Elasticsearch begins it; one that begins otherwise is parsed like any other. */
const start = Buffer.from('{"errors":false,"items":[')

/** Its bytes are for whoever knows what they have to be; for all others they are parsed when they ask. */
export class GoodBulkAnswer implements BulkAnswer {
  readonly #answer: AnswerBytes
  #isReleased = false
  #parsed: BulkAnswer | undefined

  static is(bytes: Buffer): boolean {
    return bytes.subarray(0, start.length).equals(start)
  }

  constructor(answer: AnswerBytes) {
    this.#answer = answer
  }

  get bytes(): Buffer {
    return this.#answer.bytes
  }

  release(): void {
    this.#isReleased = true
    this.#answer.release()
  }

  get errors(): boolean {
    return this.#parse().errors === true
  }

  /** @throws SyntaxError when the bytes are no JSON after all: the answer was cut off. */
  get items(): Record<string, BulkItemAnswer>[] {
    return this.#parse().items
  }

  #parse(): BulkAnswer {
    assert(this.#parsed !== undefined || !this.#isReleased, 'the answer was let go of')
    this.#parsed ??= JSON.parse(this.bytes.toString()) as BulkAnswer
    return this.#parsed
  }
}
