// A batch, made smaller by LZ4: the frame around the blocks (lz4_Frame_format.md of the LZ4 project).
import { assertUnpackedSize, type Codec, CodecError } from './codec.ts'
import { compressBlock, decompressBlock } from './lz4-block.ts'
import { xxhash32 } from './xxhash32.ts'

const magic = 0x184d2204
/** Version 01, blocks independent, no checksums, no content size: what Kafka's Java client writes. */
const flags = 0x60
/** Block size code 4: at most 64 KiB a block. */
const blockDescriptor = 0x40
const blockBytes = 64 * 1024
const storedFlag = 0x80000000
const blockBytesByCode: Record<number, number> = {
  4: 64 * 1024,
  5: 256 * 1024,
  6: 1024 * 1024,
  7: 4 * 1024 * 1024,
}

export const lz4Codec: Codec = {
  name: 'lz4',
  compress: (bytes) => Promise.resolve(compressFrame(bytes)),
  decompress: (bytes) => {
    try {
      return Promise.resolve(decompressFrames(bytes))
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new CodecError('lz4'))
    }
  },
}

function compressFrame(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(magic, 0)
  header[4] = flags
  header[5] = blockDescriptor
  header[6] = headerChecksum(header.subarray(4, 6))
  const parts: Uint8Array[] = [header]
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const plain = bytes.subarray(start, start + blockBytes)
    const block = compressBlock(plain)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(block === undefined ? (plain.length | storedFlag) >>> 0 : block.length)
    parts.push(size, block ?? plain)
  }
  parts.push(Buffer.alloc(4))
  return Buffer.concat(parts)
}

/** Concatenated and skippable frames are part of the format. */
function decompressFrames(bytes: Uint8Array): Uint8Array {
  const outputs: Uint8Array[] = []
  let position = 0
  while (position < bytes.length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const word = readUint32(view, position)
    if (word >= 0x184d2a50 && word <= 0x184d2a5f) {
      position += 8 + readUint32(view, position + 4)
      continue
    }
    if (word !== magic) throw new CodecError('lz4: the bytes are not an LZ4 frame')
    const frame = new FrameReader(bytes, view, position + 4)
    outputs.push(frame.read())
    position = frame.position
  }
  return outputs.length === 1 ? outputs[0]! : Buffer.concat(outputs)
}

class FrameReader {
  position: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #output: Uint8Array = new Uint8Array(0)
  #written = 0

  constructor(bytes: Uint8Array, view: DataView, position: number) {
    this.#bytes = bytes
    this.#view = view
    this.position = position
  }

  read(): Uint8Array {
    const frame = this.#readDescriptor()
    for (;;) {
      const size = readUint32(this.#view, this.position)
      this.position += 4
      if (size === 0) break
      this.#readBlock(size, frame.blockBytes)
      if (frame.blockChecksum) this.position += 4
    }
    const content = this.#output.subarray(0, this.#written)
    if (frame.contentChecksum) {
      const expected = readUint32(this.#view, this.position)
      this.position += 4
      if (xxhash32(content) !== expected) {
        throw new CodecError('lz4: the checksum of the content does not match')
      }
    }
    return content
  }

  #readDescriptor(): { blockBytes: number; blockChecksum: boolean; contentChecksum: boolean } {
    const start = this.position
    const flag = this.#bytes[start] ?? 0
    const code = ((this.#bytes[start + 1] ?? 0) >>> 4) & 7
    const size = blockBytesByCode[code]
    if (flag >>> 6 !== 1 || size === undefined) {
      throw new CodecError('lz4: the frame descriptor is damaged')
    }
    const hasSize = (flag & 0x08) !== 0
    const hasDictionary = (flag & 0x01) !== 0
    if (hasDictionary) throw new CodecError('lz4: the frame needs a dictionary, none is known')
    const length = 2 + (hasSize ? 8 : 0)
    const descriptor = this.#bytes.subarray(start, start + length)
    if (this.#bytes[start + length] !== headerChecksum(descriptor)) {
      throw new CodecError('lz4: the checksum of the frame descriptor does not match')
    }
    this.position = start + length + 1
    return {
      blockBytes: size,
      blockChecksum: (flag & 0x10) !== 0,
      contentChecksum: (flag & 0x04) !== 0,
    }
  }

  #readBlock(sizeWord: number, blockBytesMax: number): void {
    const isStored = sizeWord >= storedFlag
    const size = isStored ? sizeWord - storedFlag : sizeWord
    if (size > blockBytesMax || this.position + size > this.#bytes.length) {
      throw new CodecError('lz4: a block is cut off')
    }
    const block = this.#bytes.subarray(this.position, this.position + size)
    this.position += size
    this.#reserve(blockBytesMax)
    if (isStored) {
      this.#output.set(block, this.#written)
      this.#written += size
    } else {
      const end = this.#written + blockBytesMax
      this.#written = decompressBlock(block, this.#output.subarray(0, end), this.#written)
    }
  }

  /** Room for one more block; doubling keeps the copying linear. */
  #reserve(extra: number): void {
    const needed = this.#written + extra
    if (needed <= this.#output.length) return
    assertUnpackedSize('lz4', this.#written)
    const larger = new Uint8Array(Math.max(needed, this.#output.length * 2))
    larger.set(this.#output.subarray(0, this.#written))
    this.#output = larger
  }
}

function headerChecksum(descriptor: Uint8Array): number {
  return (xxhash32(descriptor) >>> 8) & 0xff
}

function readUint32(view: DataView, position: number): number {
  if (position + 4 > view.byteLength) throw new CodecError('lz4: the frame is cut off')
  return view.getUint32(position, true)
}
