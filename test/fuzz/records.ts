// Records that try to break the normalizer: invented JSON, and genuine lines of every format, damaged.
import type { SourceRecord } from '@millrace/formats'
import * as fc from 'fast-check'
import {
  adversarialBytes,
  adversarialHeaders,
} from '../../libs/formats/test/support/adversarial-lines.ts'
import { caseFiles, fixtureFormats, fixtures, readCase } from '../support/format-fixtures.ts'

export interface FuzzRecord {
  bytes: Uint8Array
  headers: Record<string, Uint8Array>
}

const lines: SourceRecord[] = fixtureFormats().flatMap((format) =>
  caseFiles(format).flatMap((file) => readCase(new URL(`${format}/`, fixtures), file).records),
)

/** Longer ones would make a run one of few lines. */
const lineBytesMax = 20_000
const genuine = fc.constantFrom(
  ...lines.flatMap(({ value }) =>
    value !== null && value.byteLength <= lineBytesMax ? [Buffer.from(value)] : [],
  ),
)
const insertions = [
  ...'"\\\0\ufeff\u2028{}[]:,=-% \t\n'.split(''),
  '\u001b[31m',
  '\ud800',
  '<191>',
  '\r\n',
  '1e400',
  '99999999999999999999',
  'null',
  'Traceback (most recent call last):\n',
  '\n\tat a.b.C.d(E.java:1)',
  '2026-02-30T25:61:61Z',
]
const inserted = fc.oneof(
  fc.constantFrom(...insertions),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

type Damage = (bytes: Buffer) => Buffer

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.nat(), inserted).map(([at, text]): Damage => (bytes) => {
    const place = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, place), Buffer.from(text), bytes.subarray(place)])
  }),
  fc.tuple(fc.nat(), fc.nat({ max: 40 })).map(([at, length]): Damage => (bytes) => {
    const place = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + length)])
  }),
  fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]): Damage => (bytes) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[at % copy.length] = byte
    return copy
  }),
  fc
    .tuple(fc.nat(), fc.nat(), fc.integer({ min: 2, max: 30 }))
    .map(([at, length, times]): Damage => (bytes) => {
      const place = at % (bytes.length + 1)
      const part = bytes.subarray(place, place + (length % 30))
      const repeated: Buffer[] = Array.from({ length: times }, () => part)
      return Buffer.concat([bytes.subarray(0, place), ...repeated, bytes.subarray(place)])
    }),
)

/** The beginning of one line and the end of another. */
const crossed = fc.tuple(genuine, genuine, fc.nat()).map(([left, right, at]) => {
  const place = at % (left.length + 1)
  return Buffer.concat([left.subarray(0, place), right.subarray(place)])
})

const damaged = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: genuine }, { weight: 1, arbitrary: crossed }),
    fc.array(damage, { maxLength: 4 }),
  )
  .map(([line, damages]) => {
    let bytes: Buffer = line
    for (const apply of damages) bytes = apply(bytes)
    return bytes
  })

export const fuzzRecord: fc.Arbitrary<FuzzRecord> = fc.record({
  bytes: fc.oneof({ weight: 1, arbitrary: adversarialBytes }, { weight: 1, arbitrary: damaged }),
  headers: adversarialHeaders,
})
