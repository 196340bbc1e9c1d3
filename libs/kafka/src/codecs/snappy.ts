// A batch, made smaller by Snappy, in the framing that Kafka's Java clients write ("xerial").
import { compress } from 'snappyjs'
import { assertUnpackedSize, type Codec, CodecError } from './codec.ts'
import { uncompressBlock } from './snappy-block.ts'

/** 0x82 "SNAPPY" 0x00, then version 1 and lowest compatible version 1 (snappy-java's stream header). */
const xerialHeader = Buffer.from([
  0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1,
])
const magicLength = 8
/** Bytes per block before compression, as snappy-java writes by default. */
const blockBytes = 32 * 1024

export const snappyCodec: Codec = {
  name: 'snappy',
  compress: (bytes) => Promise.resolve(compressXerial(bytes)),
  decompress: (bytes) => {
    try {
      return Promise.resolve(uncompressEither(bytes))
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new CodecError('snappy'))
    }
  },
}

function compressXerial(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [xerialHeader]
  for (let start = 0; start < bytes.length; start += blockBytes) {
    // snappyjs wants plain arrays that own their memory: a copy of each block.
    const block = compress(new Uint8Array(bytes.subarray(start, start + blockBytes)))
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Some clients write the raw format without framing; both are read. */
function uncompressEither(bytes: Uint8Array): Uint8Array {
  const framed =
    bytes.length >= xerialHeader.length &&
    xerialHeader.subarray(0, magicLength).equals(bytes.subarray(0, magicLength))
  if (!framed) return uncompressBlock(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks: Uint8Array[] = []
  let position = xerialHeader.length
  let total = 0
  while (position < bytes.length) {
    if (position + 4 > bytes.length) throw new CodecError('snappy: a block length is cut off')
    const length = view.getUint32(position)
    position += 4
    if (position + length > bytes.length) {
      throw new CodecError(
        `snappy: a block says ${length} bytes, ${bytes.length - position} are left`,
      )
    }
    const block = uncompressBlock(bytes.subarray(position, position + length))
    total += block.length
    assertUnpackedSize('snappy', total)
    blocks.push(block)
    position += length
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks, total)
}
