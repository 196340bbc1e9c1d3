// A frame's checksum: xxHash32 (github.com/Cyan4973/xxHash), as LZ4 frames carry it.

const prime1 = 0x9e3779b1 | 0
const prime2 = 0x85ebca77 | 0
const prime3 = 0xc2b2ae3d | 0
const prime4 = 0x27d4eb2f | 0
const prime5 = 0x165667b1 | 0

/** The xxHash32 of `bytes` with seed 0, as an unsigned 32-bit number. */
export function xxhash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length
  let position = 0
  let hash: number
  if (length >= 16) {
    let lane1 = (prime1 + prime2) | 0
    let lane2 = prime2
    let lane3 = 0
    let lane4 = -prime1 | 0
    while (position <= length - 16) {
      lane1 = round(lane1, view.getInt32(position, true))
      lane2 = round(lane2, view.getInt32(position + 4, true))
      lane3 = round(lane3, view.getInt32(position + 8, true))
      lane4 = round(lane4, view.getInt32(position + 12, true))
      position += 16
    }
    hash = (rotate(lane1, 1) + rotate(lane2, 7) + rotate(lane3, 12) + rotate(lane4, 18)) | 0
  } else {
    hash = prime5
  }
  hash = (hash + length) | 0
  for (; position <= length - 4; position += 4) {
    hash = Math.imul(
      rotate((hash + Math.imul(view.getInt32(position, true), prime3)) | 0, 17),
      prime4,
    )
  }
  for (; position < length; position++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[position]!, prime5)) | 0, 11), prime1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
