// A document's bytes, as they are put together: constant parts and values copied, numbers and times written digit by digit.
import { formatEpochMs } from '@millrace/ecs'

/**
 * What the engine is asked to copy, and what is copied byte by byte: a call for a whole array costs 20 ns, one for a part
 * of an array 55 ns, a byte in a loop 1 to 2 ns. Documents are two dozen pieces of 5 to 100 bytes. Unit: bytes.
 */
const loopedConstantMax = 12
const loopedRangeMax = 32

const digit0 = 0x30
/** Below this, a number is taken apart with 32-bit arithmetic. */
const quickNumberMax = 1e9

export class ByteWriter {
  bytes: Buffer
  /** Written so far. */
  length = 0
  readonly #times = new TimeTexts()

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.length
  }

  /** Makes room for so many bytes more; those written so far move to another piece of memory if there is none. */
  reserve(count: number): void {
    if (this.left >= count) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }

  // What follows needs room that was reserved.

  constant(part: Uint8Array): void {
    const { bytes } = this
    let at = this.length
    const { length } = part
    if (length > loopedConstantMax) {
      bytes.set(part, at)
      at += length
    } else for (let index = 0; index < length; index++) bytes[at++] = part[index]!
    this.length = at
  }

  range(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this
    let at = this.length
    if (end - start > loopedRangeMax) {
      if (source instanceof Buffer) source.copy(bytes, at, start, end)
      else bytes.set(source.subarray(start, end), at)
      at += end - start
    } else for (let index = start; index < end; index++) bytes[at++] = source[index]!
    this.length = at
  }

  /** A text of ASCII characters. */
  ascii(text: string): void {
    const { bytes } = this
    let at = this.length
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
    this.length = at
  }

  /** A safe integer that is not negative. */
  integer(value: number): void {
    if (!(value >= 0 && value < quickNumberMax)) return this.ascii(String(value))
    const { bytes } = this
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits++
    const end = this.length + digits
    let left = value | 0
    for (let at = end - 1; at >= this.length; at--) {
      const rest = (left / 10) | 0
      bytes[at] = digit0 + left - rest * 10
      left = rest
    }
    this.length = end
  }

  /** As `formatEpochMs` writes it. */
  time(epochMs: number): void {
    const second = Math.floor(epochMs / 1000)
    const ms = epochMs - second * 1000
    this.constant(this.#times.upToSecond(second))
    const { bytes, length } = this
    const tens = (ms / 10) | 0
    const hundreds = (tens / 10) | 0
    bytes[length] = digit0 + hundreds
    bytes[length + 1] = digit0 + tens - hundreds * 10
    bytes[length + 2] = digit0 + ms - tens * 10
    bytes[length + 3] = 0x5a
    this.length = length + 4
  }
}

/** A power of two. */
const secondsKept = 64

/** `HH:mm:ss.` and all before it, of the seconds seen last; times of one stream fall into few of them. */
class TimeTexts {
  readonly #seconds: number[] = Array.from({ length: secondsKept }, () => Number.NaN)
  readonly #texts: Uint8Array[] = Array.from({ length: secondsKept }, () => new Uint8Array(0))

  upToSecond(second: number): Uint8Array {
    const slot = second & (secondsKept - 1)
    if (this.#seconds[slot] !== second) {
      this.#texts[slot] = Buffer.from(formatEpochMs(second * 1000).slice(0, -4))
      this.#seconds[slot] = second
    }
    return this.#texts[slot]!
  }
}
