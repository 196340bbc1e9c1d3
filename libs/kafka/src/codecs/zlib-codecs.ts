// A batch, made smaller by Node's own zlib: gzip everywhere, zstd where this Node has it.
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { type Codec, CodecError, unpackedBytesMax } from './codec.ts'

const gzip = promisify(zlib.gzip)
const gunzip = promisify(zlib.gunzip)

const chunkBytesMin = 1_024

/**
 * Each full chunk of output costs a turn of the event loop, and a batch of log lines comes to a tenth: it fits into one.
 * Node's own 16 KiB would be four.
 */
function chunkBytesFor(bytes: Uint8Array): number {
  return Math.max(chunkBytesMin, bytes.length >>> 2)
}

/** The most that zlib takes, 128 KiB more than it does by itself: that saves some of the time. */
const gzipMemoryLevel = 9

/** @param level 1 (fast) to 9 (small). */
export function gzipCodec(level: number): Codec {
  return {
    name: 'gzip',
    compress: (bytes) =>
      gzip(bytes, { level, memLevel: gzipMemoryLevel, chunkSize: chunkBytesFor(bytes) }),
    async decompress(bytes) {
      try {
        return await gunzip(bytes, { maxOutputLength: unpackedBytesMax })
      } catch (cause) {
        throw new CodecError(`gzip: ${messageOf(cause)}`, { cause })
      }
    },
  }
}

type Callback = (error: Error | null, result: Buffer) => void
interface ZstdFunctions {
  zstdCompress?: (
    bytes: Uint8Array,
    options: { chunkSize: number; params: Record<number, number> },
    callback: Callback,
  ) => void
  zstdDecompress?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number },
    callback: Callback,
  ) => void
}

/** Of log lines it makes as few bytes as the usual third level, in less time. */
const zstdLevel = 1

/** zstd came to Node's zlib in 22.15 and 23.8; without it both directions say so. */
export function zstdCodec(functions: ZstdFunctions = zlib): Codec {
  const { zstdCompress, zstdDecompress } = functions
  return {
    name: 'zstd',
    compress(bytes) {
      if (zstdCompress === undefined) return Promise.reject(missing())
      const chunkSize = chunkBytesFor(bytes)
      const options = { chunkSize, params: { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevel } }
      return settle((callback) => zstdCompress(bytes, options, callback))
    },
    async decompress(bytes) {
      if (zstdDecompress === undefined) throw missing()
      const options = { maxOutputLength: unpackedBytesMax }
      try {
        return await settle((callback) => zstdDecompress(bytes, options, callback))
      } catch (cause) {
        throw new CodecError(`zstd: ${messageOf(cause)}`, { cause })
      }
    },
  }
}

function missing(): CodecError {
  return new CodecError(
    `zstd: this Node (${process.version}) cannot read or write zstd; Node 22.15 or newer can`,
  )
}

function settle(call: (callback: Callback) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error === null ? resolve(result) : reject(error)))
  })
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
