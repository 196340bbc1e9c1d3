// Lines that wait for their batch: in the blocks that will be batches, and what is given up when memory runs out.
import { isSevereLine } from './line-severity.ts'
import { type Line, lineOverheadBytes, type LineRange, Lines } from './lines.ts'

export interface BatchBounds {
  /** Largest batch before compression, keys and headers counted; may change from batch to batch. */
  batchSize: { readonly bytesMax: number }
  batchLinesMax: number
  /** What a record takes beside its value. */
  recordOverheadBytes: number
}

/** First in, first out: whole blocks, and lines one by one from the first. */
class Blocks {
  readonly #bounds: BatchBounds
  #blocks: Lines[] = []
  /** Lines of the first block that have gone. */
  #gone = 0

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds
  }

  firstSequence(): number | undefined {
    return this.#blocks[0]?.sequences[this.#gone]
  }

  /** The block that the next line of so many bytes belongs in. */
  blockFor(bytes: number): Lines {
    const { batchSize, batchLinesMax, recordOverheadBytes } = this.#bounds
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.length < batchLinesMax) {
      const batched = last.valueBytes + bytes + (last.length + 1) * recordOverheadBytes
      if (batched <= batchSize.bytesMax) return last
    }
    const block = new Lines()
    this.#blocks.push(block)
    return block
  }

  takeBlock(): Lines | undefined {
    const block = this.#blocks.shift()
    const gone = this.#gone
    this.#gone = 0
    return gone === 0 ? block : block?.slice(gone, block.length)
  }

  /** Hands the first line to `take` and forgets it; false when there is none. */
  shift(take: (block: Lines, index: number) => void): boolean {
    const block = this.#blocks[0]
    if (block === undefined) return false
    take(block, this.#gone++)
    if (this.#gone === block.length) this.takeBlock()
    return true
  }

  all(): Lines[] {
    const [first, ...rest] = this.#blocks
    if (first === undefined) return []
    return [this.#gone === 0 ? first : first.slice(this.#gone, first.length), ...rest]
  }

  clear(): void {
    this.#blocks = []
    this.#gone = 0
  }
}

/**
 * Two rows: `survivors` holds errors that an eviction passed over, all older than anything in `arrivals`, so
 * taking survivors first keeps the order.
 */
export class LineQueue {
  readonly #survivors: Blocks
  readonly #arrivals: Blocks
  #length = 0
  #valueBytes = 0

  constructor(bounds: BatchBounds) {
    this.#survivors = new Blocks(bounds)
    this.#arrivals = new Blocks(bounds)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes of the lines themselves. */
  get valueBytes(): number {
    return this.#valueBytes
  }

  /** Bytes of the lines and of what it takes to keep them. */
  get memoryBytes(): number {
    return this.#valueBytes + this.#length * lineOverheadBytes
  }

  /** The sequence of the line that leaves first. */
  firstSequence(): number | undefined {
    return this.#survivors.firstSequence() ?? this.#arrivals.firstSequence()
  }

  push(range: LineRange): void {
    const bytes = range.end - range.start
    this.#arrivals.blockFor(bytes).push(range)
    this.#length++
    this.#valueBytes += bytes
  }

  /** A line that has more to say than where it lies. */
  add(line: Line): void {
    this.#arrivals.blockFor(line.value.length).add(line)
    this.#length++
    this.#valueBytes += line.value.length
  }

  /** The next batch: at least one line, as many as fit; undefined when nothing waits. */
  take(): Lines | undefined {
    const block = this.#survivors.takeBlock() ?? this.#arrivals.takeBlock()
    if (block !== undefined) {
      this.#length -= block.length
      this.#valueBytes -= block.valueBytes
    }
    return block
  }

  /** All lines, in order; they stay. */
  lines(): Lines {
    return Lines.concat([...this.#survivors.all(), ...this.#arrivals.all()])
  }

  clear(): void {
    this.#survivors.clear()
    this.#arrivals.clear()
    this.#length = 0
    this.#valueBytes = 0
  }

  /** Lines that were taken out and have nowhere else to go come back to their place. Rare, so it may sort all. */
  giveBack(lines: Lines): void {
    const all = [...lines, ...this.lines()]
    this.clear()
    all.sort((left, right) => left.sequence - right.sequence)
    for (const line of all) this.add(line)
  }

  /** Moves the line that is worth least to `evicted`: the oldest that is no error, else the oldest of all. False when none is left. */
  evict(evicted: Lines): boolean {
    const gone = evicted.length
    const judge = (block: Lines, index: number): void => this.#judge(evicted, block, index)
    while (evicted.length === gone) {
      if (this.#arrivals.shift(judge)) continue
      return this.#survivors.shift((block, index) => this.#giveUp(evicted, block, index))
    }
    return true
  }

  #judge(evicted: Lines, block: Lines, index: number): void {
    const line = block.at(index)
    if (!isSevereLine(line.value)) return this.#giveUp(evicted, block, index)
    // A copy of its own: a range would keep the whole chunk that it came in, up to 4 MiB, in memory.
    const value = Buffer.allocUnsafeSlow(line.value.length)
    line.value.copy(value)
    this.#survivors.blockFor(value.length).add({ ...line, value })
  }

  #giveUp(evicted: Lines, block: Lines, index: number): void {
    evicted.copy(block, index)
    this.#length--
    this.#valueBytes -= block.ends[index]! - block.starts[index]!
  }
}
