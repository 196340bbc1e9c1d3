// Ids that were found at one place, of one instance: lines, and the single events of lines that hold several.
import type { SequenceRange } from '@millrace/envelope'
import { cut, unite } from './ranges.ts'
import { SequenceBitmap } from './sequence-bitmap.ts'

export class EventSet {
  readonly #lines = new SequenceBitmap()
  /** By index in the line: the lines of which that event was found. */
  readonly #nested = new Map<number, SequenceBitmap>()

  get highest(): number {
    let highest = this.#lines.highest
    for (const bitmap of this.#nested.values()) highest = Math.max(highest, bitmap.highest)
    return highest
  }

  /** @returns false when this id was there already. */
  add(sequence: number, index?: number): boolean {
    if (index === undefined) return this.#lines.add(sequence)
    let bitmap = this.#nested.get(index)
    if (bitmap === undefined) {
      bitmap = new SequenceBitmap()
      this.#nested.set(index, bitmap)
    }
    return bitmap.add(sequence)
  }

  /** Lines of which anything was found. */
  lines(): SequenceRange[] {
    let all = [...this.#lines.ranges()]
    for (const bitmap of this.#nested.values()) all = unite(all, bitmap.ranges())
    return all
  }

  /** Lines that are there under their own id and under those of their events as well. */
  linesTwice(): SequenceRange[] {
    if (this.#nested.size === 0) return []
    let nested: SequenceRange[] = []
    for (const bitmap of this.#nested.values()) nested = unite(nested, bitmap.ranges())
    return cut(this.#lines.ranges(), nested).inside
  }

  /**
   * Events that must be there, since a later one of the same line is, and are neither here nor in `others`.
   * A line's last events can't be missed: nothing says how many there were.
   */
  missingNested(others: EventSet): { lines: SequenceRange[]; index: number }[] {
    const missing: { lines: SequenceRange[]; index: number }[] = []
    const highest = Math.max(...this.#nested.keys(), ...others.#nested.keys(), 0)
    let wanted: SequenceRange[] = []
    for (let index = highest; index >= 0; index--) {
      let found: SequenceRange[] = []
      for (const set of [this, others]) found = unite(found, set.#nested.get(index)?.ranges() ?? [])
      const { outside } = cut(wanted, found)
      if (outside.length > 0) missing.unshift({ lines: outside, index })
      wanted = unite(wanted, found)
    }
    return missing
  }
}
