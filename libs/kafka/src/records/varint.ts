// Numbers of variable length, as records carry them (zigzag, then base 128; Kafka's protocol guide).

/** Bytes that a 32-bit number takes. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x200000) return 3
  return zigzag < 0x10000000 ? 4 : 5
}

/** @returns the position after the number. */
export function writeVarint(buffer: Uint8Array, start: number, value: number): number {
  let at = start
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  while (zigzag >= 0x80) {
    buffer[at++] = (zigzag & 0x7f) | 0x80
    zigzag >>>= 7
  }
  buffer[at++] = zigzag
  return at
}

/** Bytes that a safe integer takes. */
export function sizeOfVarlong(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return sizeOfVarint(value)
  let zigzag = zigzag64(value)
  let size = 1
  while (zigzag >= 0x80n) {
    size++
    zigzag >>= 7n
  }
  return size
}

/** @returns the position after the number. */
export function writeVarlong(buffer: Uint8Array, start: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(buffer, start, value)
  let at = start
  let zigzag = zigzag64(value)
  while (zigzag >= 0x80n) {
    buffer[at++] = Number(zigzag & 0x7fn) | 0x80
    zigzag >>= 7n
  }
  buffer[at++] = Number(zigzag)
  return at
}

function zigzag64(value: number): bigint {
  const wide = BigInt(value)
  return BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
}

export function byteLengthOf(value: Uint8Array | string): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length
}
