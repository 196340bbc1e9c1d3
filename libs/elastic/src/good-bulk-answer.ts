// Bulk, on the wire: an answer that says of itself that no item has failed, kept as the text that it is.
import type { BulkAnswer, BulkItemAnswer } from './bulk.ts'

/** How Elasticsearch begins it; one that begins otherwise is parsed like any other. */
const start = '{"errors":false,"items":['

/** That text is for whoever knows what it has to be; for all others it is parsed when they ask. */
export class GoodBulkAnswer implements BulkAnswer {
  readonly text: string
  #parsed: BulkAnswer | undefined

  static is(text: string): boolean {
    return text.startsWith(start)
  }

  constructor(text: string) {
    this.text = text
  }

  get errors(): boolean {
    return this.#parse().errors === true
  }

  /** @throws SyntaxError when the text is no JSON after all: it was cut off. */
  get items(): Record<string, BulkItemAnswer>[] {
    return this.#parse().items
  }

  #parse(): BulkAnswer {
    this.#parsed ??= JSON.parse(this.text) as BulkAnswer
    return this.#parsed
  }
}
