import { crc32c } from '@millrace/foundation'
import fc from 'fast-check'
import Decoder from 'kafkajs/src/protocol/decoder.js'
import kafkajsRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import kafkajsDecodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js'
import kafkajsBatch from 'kafkajs/src/protocol/recordBatch/v0/index.js'
import { describe, expect, it } from 'vitest'
import type { KafkaRecord, OutgoingRecord } from '../../src/index.ts'
import { RecordSetReader } from '../../src/records/decode-batches.ts'
import { encodeBatch as encode } from '../../src/records/encode-batch.ts'

const encodeBatch = async (...some: Parameters<typeof encode>): Promise<Buffer> =>
  (await encode(...some)).bytes
const nowMs = 1_700_000_000_000
const graphemes = fc.string({ unit: 'grapheme', maxLength: 40 })
const bytesOrText = fc.oneof(graphemes, fc.uint8Array({ maxLength: 300 }))
const headers = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), bytesOrText, {
  maxKeys: 4,
})
const outgoing: fc.Arbitrary<OutgoingRecord> = fc.record(
  {
    key: fc.option(bytesOrText, { nil: null }),
    value: fc.option(bytesOrText, { nil: null }),
    headers,
    timestampMs: fc.oneof(
      fc.integer({ min: nowMs - 1_000, max: nowMs + 1_000 }),
      fc.integer({ min: 0, max: 2 ** 45 }),
    ),
  },
  { requiredKeys: ['key', 'value'] },
)
const batch = fc.array(outgoing, { minLength: 1, maxLength: 30 })
const compression = fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd')

describe('a record batch', () => {
  it('gives back the records that went in, whatever the codec and the base offset', async () => {
    await fc.assert(
      fc.asyncProperty(batch, compression, fc.nat(), async (records, codec, baseOffset) => {
        const encoded = await encodeBatch(records, codec, nowMs)
        // The broker writes the base offset; the checksum does not cover it.
        encoded.writeBigInt64BE(BigInt(baseOffset), 0)
        const read = await readAll(encoded, baseOffset)
        expect(read.damage).toBeUndefined()
        expect(read.nextOffset).toBe(baseOffset + records.length)
        expect(read.records.map(plain)).toEqual(
          records.map((record, index) => expected(record, baseOffset + index)),
        )
      }),
    )
  })

  it("is what the client's own decoder reads", async () => {
    await fc.assert(
      fc.asyncProperty(batch, async (records) => {
        const encoded = await encodeBatch(records, 'gzip', nowMs)
        const read = await kafkajsDecodeBatch(new Decoder(encoded))
        expect(read.records).toHaveLength(records.length)
        for (const [index, record] of records.entries()) {
          expect(read.records[index]).toMatchObject({
            offset: String(index),
            timestamp: String(record.timestampMs ?? nowMs),
            key: toBuffer(record.key),
            value: toBuffer(record.value),
          })
        }
      }),
      { numRuns: 50 },
    )
  })

  it("is read when the client's own encoder wrote it", async () => {
    await fc.assert(
      fc.asyncProperty(batch, async (records) => {
        const written = await kafkajsBatch.RecordBatch({
          compression: 1,
          firstTimestamp: 0,
          maxTimestamp: nowMs,
          lastOffsetDelta: records.length - 1,
          records: records.map((record, offsetDelta) =>
            kafkajsRecord({
              key: toBuffer(record.key),
              value: toBuffer(record.value),
              headers: Object.fromEntries(Object.entries(record.headers ?? {}).map(bufferEntry)),
              offsetDelta,
              timestampDelta: record.timestampMs ?? nowMs,
            }),
          ),
        })
        const read = await readAll(written.buffer, 0)
        expect(read.records.map(plain)).toEqual(records.map(expected))
      }),
      { numRuns: 50 },
    )
  })

  it('is never read wrongly after a bit was flipped: it is damage, and reading stops before it', async () => {
    const good = await encodeBatch([{ key: 'a', value: 'first' }], 'none', nowMs)
    await fc.assert(
      fc.asyncProperty(batch, compression, fc.nat(), async (records, codec, seed) => {
        const second = await encodeBatch(records, codec, nowMs)
        second.writeBigInt64BE(1n, 0)
        // Behind the length and the leader's epoch, which the checksum does not cover.
        const at = 16 + (seed % (second.length - 16))
        second[at]! ^= 1 << (seed % 8)
        const read = await readAll(Buffer.concat([good, second]), 0)
        expect(read.records.map((record) => String(record.value))).toEqual(['first'])
        expect(read.nextOffset).toBe(1)
        expect(read.damage).toMatchObject({ offset: 1 })
      }),
    )
  })

  it('that is cut off anywhere is left for the next fetch', async () => {
    const encoded = await encodeBatch([{ key: 'a', value: 'one' }], 'lz4', nowMs)
    for (let length = 0; length < encoded.length; length++) {
      const read = await readAll(Buffer.concat([encoded, encoded.subarray(0, length)]), 0)
      expect(read.damage).toBeUndefined()
      expect(read.records).toHaveLength(1)
    }
  })

  it('never makes reading throw, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const read = await readAll(Buffer.from(noise), 0)
        expect(read.records).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('reading a record set', () => {
  it('leaves out records before the offset that was asked for', async () => {
    const records = Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}` }))
    const encoded = await encodeBatch(records, 'gzip', nowMs)
    encoded.writeBigInt64BE(100n, 0)
    const read = await readAll(encoded, 107)
    expect(read.records.map((record) => record.offset)).toEqual([107, 108, 109])
  })

  it('hands over no more than asked for at a time, but whole batches', async () => {
    const batches: Buffer[] = []
    for (let base = 0; base < 10; base++) {
      const one = await encodeBatch([{ key: null, value: 'x'.repeat(1_000) }], 'gzip', nowMs)
      one.writeBigInt64BE(BigInt(base), 0)
      batches.push(one)
    }
    const reader = new RecordSetReader(recordSet(Buffer.concat(batches), 0))
    const sizes: number[] = []
    for (let isLast = false; !isLast;) {
      const read = await reader.next(2_500)
      isLast = read.isLast
      sizes.push(read.records.length)
    }
    expect(sizes.filter((size) => size > 0)).toEqual([3, 3, 3, 1])
  })

  it('shares one headers object between records with the same headers', async () => {
    const same = { millrace: '{"v":1}' }
    const records = [
      { key: null, value: 'a', headers: same },
      { key: null, value: 'b', headers: { ...same } },
      { key: null, value: 'c', headers: { other: 'x' } },
    ]
    const read = await readAll(await encodeBatch(records, 'none', nowMs), 0)
    expect(read.records[1]?.headers).toBe(read.records[0]?.headers)
    expect(Object.keys(read.records[2]?.headers ?? {})).toEqual(['other'])
  })

  it('passes over control records and records of aborted transactions', async () => {
    const mark = (bytes: Buffer, attributes: number, baseOffset: number): Buffer => {
      const marked = Buffer.from(bytes)
      marked.writeBigInt64BE(BigInt(baseOffset), 0)
      marked.writeInt16BE(attributes, 21)
      marked.writeBigInt64BE(7n, 43)
      return rechecked(marked)
    }
    const data = await encodeBatch([{ key: null, value: 'aborted' }], 'none', nowMs)
    const abort = await encodeBatch([{ key: Buffer.from([0, 0, 0, 0]), value: '' }], 'none', nowMs)
    const kept = await encodeBatch([{ key: null, value: 'kept' }], 'none', nowMs)
    const bytes = Buffer.concat([mark(data, 0x10, 0), mark(abort, 0x30, 1), mark(kept, 0x10, 2)])
    const reader = new RecordSetReader({
      ...recordSet(bytes, 0),
      aborted: [{ producerId: 7, firstOffset: 0 }],
    })
    const read = await reader.next(1_000_000)
    expect(read.records.map((record) => [record.offset, String(record.value)])).toEqual([
      [2, 'kept'],
    ])
    expect(read.nextOffset).toBe(3)
  })

  it.each([
    ['an old message format', 16, 1, /message format 1/],
    ['a codec that Kafka has not defined', 22, 7, /compression 7 is not known/],
  ])('says so of %s', async (_, at, byte, text) => {
    const encoded = await encodeBatch([{ key: null, value: 'x' }], 'none', nowMs)
    encoded[at] = byte
    const read = await readAll(rechecked(encoded), 0)
    expect(read.damage?.reason).toMatch(text)
    expect(read.records).toEqual([])
  })
})

function recordSet(bytes: Buffer, fromOffset: number) {
  return { topic: 'logs', partition: 3, fromOffset, bytes, aborted: [] }
}

function readAll(bytes: Buffer, fromOffset: number) {
  return new RecordSetReader(recordSet(bytes, fromOffset)).next(Number.MAX_SAFE_INTEGER)
}

function rechecked(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

function plain(record: KafkaRecord) {
  const { offset, timestampMs, key, value } = record
  const named = Object.entries(record.headers).map(([name, bytes]) => [name, asHex(bytes ?? null)])
  return { offset, timestampMs, key: asHex(key), value: asHex(value), headers: named }
}

function expected(record: OutgoingRecord, offset: number) {
  const named = Object.entries(record.headers ?? {}).map(([name, value]) => [
    name,
    asHex(toBuffer(value)),
  ])
  const timestampMs = record.timestampMs ?? nowMs
  return {
    offset,
    timestampMs,
    key: asHex(toBuffer(record.key)),
    value: asHex(toBuffer(record.value)),
    headers: named,
  }
}

function asHex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex')
}

function toBuffer(value: Uint8Array | string | null): Buffer | null {
  return value === null ? null : Buffer.from(value as string)
}

function bufferEntry([name, value]: [string, Uint8Array | string]): [string, Buffer] {
  return [name, Buffer.from(value as string)]
}
