// Bytes from a broker, read in order: every read is checked against the end.

/** The bytes end before what they say they hold, or a number in them has no end. */
export class ShortBytesError extends Error {
  constructor() {
    super('the bytes end too early')
    this.name = 'ShortBytesError'
  }
}

export class ByteReader {
  readonly bytes: Buffer
  position: number

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes
    this.position = position
  }

  get left(): number {
    return this.bytes.length - this.position
  }

  int8(): number {
    return this.bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#take(4))
  }

  /** Kafka's 64-bit numbers here are offsets and times: they fit a safe integer. */
  int64(): number {
    const at = this.#take(8)
    const high = this.bytes.readInt32BE(at)
    const low = this.bytes.readUInt32BE(at + 4)
    // What is reckoned with 2 ** 32 is no small integer of V8 any more, and an object wherever it is kept.
    return high === 0 ? low : high * 2 ** 32 + low
  }

  string(): string {
    const length = this.int16()
    if (length < 0) return ''
    const at = this.#take(length)
    return this.bytes.toString('utf8', at, at + length)
  }

  slice(length: number): Buffer {
    const at = this.#take(length)
    return this.bytes.subarray(at, at + length)
  }

  /** Past so many bytes; a negative length is none. */
  skip(length: number): number {
    if (length > 0) this.#take(length)
    return this.position
  }

  varint(): number {
    const { bytes } = this
    const first = bytes[this.position]
    if (first !== undefined && first < 0x80) {
      this.position++
      return (first >>> 1) ^ -(first & 1)
    }
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[this.position++]
      if (byte === undefined) throw new ShortBytesError()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new ShortBytesError()
  }

  varlong(): number {
    const start = this.position
    // Four bytes hold almost every delta of a time; the slow way is for the rest.
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.position++]
      if (byte === undefined) throw new ShortBytesError()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    this.position = start
    return this.#longVarlong()
  }

  /** Bytes after their varint length; null for the length -1. */
  varintBytes(): Buffer | null {
    const length = this.varint()
    return length < 0 ? null : this.slice(length)
  }

  #longVarlong(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.position++]
      if (byte === undefined) throw new ShortBytesError()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
    }
    throw new ShortBytesError()
  }

  #take(length: number): number {
    const at = this.position
    if (length < 0 || at + length > this.bytes.length) throw new ShortBytesError()
    this.position = at + length
    return at
  }
}
