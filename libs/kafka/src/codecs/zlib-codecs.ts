// A batch, made smaller by Node's own zlib: gzip everywhere, zstd where this Node has it.
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { type Codec, CodecError, unpackedBytesMax } from './codec.ts'

const gzip = promisify(zlib.gzip)
const gunzip = promisify(zlib.gunzip)

/** @param level 1 (fast) to 9 (small). */
export function gzipCodec(level: number): Codec {
  return {
    name: 'gzip',
    compress: (bytes) => gzip(bytes, { level }),
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
  zstdCompress?: (bytes: Uint8Array, callback: Callback) => void
  zstdDecompress?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number },
    callback: Callback,
  ) => void
}

/** zstd came to Node's zlib in 22.15 and 23.8; without it both directions say so. */
export function zstdCodec(functions: ZstdFunctions = zlib): Codec {
  const { zstdCompress, zstdDecompress } = functions
  return {
    name: 'zstd',
    compress(bytes) {
      if (zstdCompress === undefined) return Promise.reject(missing())
      return settle((callback) => zstdCompress(bytes, callback))
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
