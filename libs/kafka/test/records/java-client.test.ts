import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RecordSetReader } from '../../src/records/decode-batches.ts'

describe.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  "batches that Kafka's own Java client packed with %s",
  (codec) => {
    it('are read whole: keys, values, headers, times, and what is null', async () => {
      const file = new URL(`../fixtures/java-client-4.1.0.${codec}.batch`, import.meta.url)
      const bytes = readFileSync(file)
      const set = { topic: 'logs', partition: 0, fromOffset: 0, bytes, aborted: [] }
      const read = await new RecordSetReader(set).next(Number.MAX_SAFE_INTEGER)
      expect(read.damage).toBeUndefined()
      expect(read.nextOffset).toBe(3_000)
      const found = read.records.map(({ offset, timestampMs, key, value, headers }) => ({
        offset,
        timestampMs,
        key: key === null ? null : Buffer.from(key).toString(),
        value: value === null ? null : Buffer.from(value).toString(),
        traceparent: Buffer.from(headers['traceparent'] ?? []).toString(),
        headerNames: Object.keys(headers),
        nothing: headers['nothing'],
      }))
      expect(found).toEqual(Array.from({ length: 3_000 }, (_, index) => written(index)))
    })
  },
)

/** What `fixtures/WriteBatches.java` writes. */
function written(index: number) {
  const value = `{"level":30,"seq":${index},"msg":"request completed"}`
  return {
    offset: index,
    timestampMs: 1_700_000_000_000 + index,
    key: index % 3 === 0 ? null : `key ${index}`,
    value: index % 7 === 0 ? null : value,
    traceparent: `00-${index}`,
    headerNames: ['traceparent', 'nothing'],
    nothing: undefined,
  }
}
