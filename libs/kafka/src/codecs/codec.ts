// A batch, made smaller: what a compression codec has to do, and how it fails.
import type { Compression } from '../port.ts'

export interface Codec {
  name: Compression
  compress(bytes: Uint8Array): Promise<Uint8Array>
  /** @throws CodecError when the bytes are not what the codec writes, or unpack to too much. */
  decompress(bytes: Uint8Array): Promise<Uint8Array>
}

/** Bytes that cannot be unpacked. The message is one line for a person. */
export class CodecError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CodecError'
  }
}

/**
 * Most bytes that one batch may unpack to. A batch on the wire is bounded by the topic's
 * `max.message.bytes` (1 MiB by default); this bound stops a batch made to exhaust memory.
 */
export const unpackedBytesMax = 256 * 1024 * 1024

/** Checked before memory is taken for `length` bytes. */
export function assertUnpackedSize(codec: Compression, length: number): void {
  if (length > unpackedBytesMax) {
    throw new CodecError(
      `${codec}: a batch unpacks to ${length} bytes or more, at most ${unpackedBytesMax} are taken`,
    )
  }
}
