// A batch, made smaller or read back: which codec has which number on the wire.
import type { Compression } from '../port.ts'
import type { Codec } from './codec.ts'
import { lz4Codec } from './lz4.ts'
import { snappyCodec } from './snappy.ts'
import { gzipCodec, zstdCodec } from './zlib-codecs.ts'

/** Position = the compression bits of a record batch's attributes (Kafka's protocol guide, Record Batch). */
const names: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

const codecs: Readonly<Record<Exclude<Compression, 'none'>, Codec>> = {
  gzip: gzipCodec(1),
  snappy: snappyCodec,
  lz4: lz4Codec,
  zstd: zstdCodec(),
}

/** The compression bits of a batch. */
export function compressionBits(compression: Compression): number {
  return names.indexOf(compression)
}

/** The codec for a name; undefined for `none`. */
export function codecByName(compression: Compression): Codec | undefined {
  return compression === 'none' ? undefined : codecs[compression]
}

/** The name for the compression bits of a batch; undefined for bits that Kafka has not defined. */
export function compressionByBits(bits: number): Compression | undefined {
  return names[bits]
}
