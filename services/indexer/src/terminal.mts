// Settle: an event that is terminal, or given up, is counted, and what it held is let go of.
import type { Admission } from './admission.mts'
import type { Books, Fate } from './books.mts'
import type { BulkItem, TakenRecord } from './ownership.mts'
import type { EventStretch } from './stretch.mts'

export interface TerminalParts {
  books: Books
  admission: Admission
}

export class Terminal {
  readonly #parts: TerminalParts

  constructor(parts: TerminalParts) {
    this.#parts = parts
  }

  /** The event is terminal: indexed, there already, or safely in the dead-letter topic. */
  settle(origin: TakenRecord, fate: Fate): void {
    origin.owner.settlement.settleEvents(origin)
    this.letGo(origin, fate)
  }

  /** An event that is settled already, or given up. */
  letGo(origin: TakenRecord, fate: Fate): void {
    this.#parts.books.end(fate)
    origin.eventsHeld -= 1
    if (origin.eventsHeld > 0) return
    this.#parts.admission.release(origin.owner, origin.bytes)
    origin.record.release?.()
  }

  settleStretch(stretch: EventStretch, fate: Fate): void {
    stretch.owner.settlement.settleEvents(stretch, stretch.count)
    this.letStretchGo(stretch, fate)
  }

  letStretchGo({ owner, count, heldBytes, batch }: EventStretch, fate: Fate): void {
    this.#parts.books.end(fate, count)
    this.#parts.admission.release(owner, heldBytes)
    batch.release(count)
  }

  /** From here on each of its events goes its own way, and holds what such events do. */
  unfold(stretch: EventStretch): BulkItem[] {
    const { admission } = this.#parts
    const { owner } = stretch
    const items = stretch.unfold()
    const origins = items.map(({ origin }) => origin)
    owner.settlement.replace(stretch, origins)
    admission.release(owner, stretch.heldBytes)
    for (const { bytes } of origins) admission.take(owner, bytes)
    return items
  }
}
