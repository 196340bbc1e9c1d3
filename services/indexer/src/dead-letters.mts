// Dead letter, to its end: published first, then told by a readable document, and then the event is terminal.
import type { DeadLetterFacts } from '@millrace/envelope'
import type { NewEvent } from './assembly.mts'
import type { Books, Fate } from './books.mts'
import { bulkLines } from './bulk-request.mts'
import type { ItemCause } from './bulk-response.mts'
import { causeOfRejectedItem } from './dead-letter.mts'
import { deadLetterDocument } from './dead-letter-document.mts'
import {
  type DeadLetter,
  type DeadLetterHandlers,
  type DeadLetterOptions,
  type DeadLetterParts,
  DeadLetterWriter,
} from './dead-letter-writer.mts'
import type { BulkItem, TakenRecord } from './ownership.mts'
import type { PipelineObserver } from './pipeline-parts.mts'

export interface DeadLettersParts extends Omit<DeadLetterParts, 'handlers'> {
  books: Books
  observer: PipelineObserver
  /** Sends a readable document the way of all documents; its verdict comes back through `told` or `refused`. */
  index: (origin: TakenRecord, event: NewEvent) => void
  settle: (origin: TakenRecord, fate: Fate) => void
  letGo: (origin: TakenRecord, fate: Fate) => void
  /** After each try to publish. */
  published: () => void
}

export class DeadLetters {
  readonly #parts: DeadLettersParts
  readonly #writer: DeadLetterWriter

  constructor(parts: DeadLettersParts, options: DeadLetterOptions) {
    this.#parts = parts
    this.#writer = new DeadLetterWriter({ ...parts, handlers: this.#handlers() }, options)
  }

  add(letter: DeadLetter): void {
    this.#writer.add(letter)
  }

  discardStale(): void {
    this.#writer.discardStale()
  }

  close(): void {
    this.#writer.close()
  }

  /** Elasticsearch refused an item: an event becomes a dead letter, the document of one is done without. */
  refused(item: BulkItem, cause: ItemCause): void {
    const { books, observer, settle } = this.#parts
    const { id, origin } = item
    if (!item.tellsOfDeadLetter) {
      this.add({ origin, eventId: id, cause: causeOfRejectedItem(cause) })
      return
    }
    books.deadLettersUntold += 1
    observer.deadLetterUntold(cause)
    settle(origin, 'dead_lettered')
  }

  #handlers(): DeadLetterHandlers {
    const { books, observer, letGo } = this.#parts
    return {
      deadLettered: (letter, facts) => {
        books.deadLettered(letter.cause.code)
        observer.deadLettered(letter.cause, letter.origin.record)
        this.#tell(letter, facts)
      },
      isStale: ({ origin }) => origin.owner.isEnded,
      givenUp: ({ origin }) => letGo(origin, 'given_up'),
      published: () => this.#parts.published(),
      failed: (error) => {
        books.deadLetterFailures += 1
        observer.deadLetterFailed(error)
      },
    }
  }

  /** Where the partition is not ours any more, its next owner parks the record again, and tells. */
  #tell({ origin }: DeadLetter, facts: DeadLetterFacts): void {
    const { clock, index, settle } = this.#parts
    if (origin.owner.isEnded) return settle(origin, 'dead_lettered')
    const document = deadLetterDocument(origin.record, facts, clock.now())
    const { id, dataStream } = document
    index(origin, { id, dataStream, lines: bulkLines(document) })
  }
}
