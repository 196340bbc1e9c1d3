// Memory that is used again: new pages for each bulk cost the sink more than its bytes do.

/** What most bulks take. Unit: bytes. */
const leastBytes = 4 * 1024 * 1024
const free: ReusedBytes[] = []

/** What comes piece by piece, in one piece. */
export class ReusedBytes {
  bytes = Buffer.allocUnsafeSlow(leastBytes)
  length = 0

  static take(): ReusedBytes {
    return free.pop() ?? new ReusedBytes()
  }

  /** Nobody reads what is written here any more. */
  giveBack(): void {
    this.length = 0
    free.push(this)
  }

  get written(): Buffer {
    return this.bytes.subarray(0, this.length)
  }

  append(chunk: Buffer): void {
    this.reserve(chunk.length)
    chunk.copy(this.bytes, this.length)
    this.length += chunk.length
  }

  appendByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length] = byte
    this.length += 1
  }

  /** Characters up to U+00FF, a byte each. */
  appendLatin1(text: string): void {
    this.reserve(text.length)
    this.length += this.bytes.write(text, this.length, 'latin1')
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    if (this.bytes.length - this.length >= count) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}
