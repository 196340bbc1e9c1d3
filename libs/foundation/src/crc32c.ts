// The checksum: CRC-32C (Castagnoli, RFC 3720 B.4), as Kafka's record batches and the spool's frames carry it.

const tables = buildTables()

/** The CRC-32C of `bytes`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables
  const length = bytes.length
  const aligned = length - (length % 8)
  let crc = 0xffffffff
  let index = 0
  // Eight bytes a step ("slicing by 8"): about four times faster than byte by byte.
  while (index < aligned) {
    crc ^=
      bytes[index]! |
      (bytes[index + 1]! << 8) |
      (bytes[index + 2]! << 16) |
      (bytes[index + 3]! << 24)
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[index + 4]!]! ^
      t2[bytes[index + 5]!]! ^
      t1[bytes[index + 6]!]! ^
      t0[bytes[index + 7]!]!
    index += 8
  }
  while (index < length) crc = (crc >>> 8) ^ t0[(crc ^ bytes[index++]!) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}

type Tables = [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

function buildTables(): Tables {
  const built = Array.from({ length: 8 }, () => new Int32Array(256)) as Tables
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0)
    built[0][byte] = crc
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let slice = 1; slice < 8; slice++) {
      const previous = built[slice - 1]![byte]!
      built[slice]![byte] = (previous >>> 8) ^ built[0][previous & 0xff]!
    }
  }
  return built
}
