import { ByteWriter, RecordNormalizer } from '@millrace/formats'
import { describe, expect, it } from 'vitest'
import { BodyChunk } from '../src/bulk-bodies.mts'
import {
  buildBulkBody,
  bulkLines,
  type EncodedItem,
  writeLines,
  writePlanned,
} from '../src/bulk-request.mts'
import { takeIn } from '../src/intake.mts'

const event = (id: string, document: object): Parameters<typeof bulkLines>[0] => ({
  id,
  dataStream: 'logs-app-default',
  document,
})

/** Written one behind the other. */
function itemsOf(lines: readonly string[]): EncodedItem[] {
  const writer = new ByteWriter(Buffer.alloc(0))
  const chunk = new BodyChunk(Buffer.alloc(0))
  const items = lines.map((text) => {
    const start = writer.length
    writeLines(writer, text)
    return { chunk, start, bytes: writer.length - start }
  })
  chunk.bytes = writer.bytes
  return items
}

describe('bulk request', () => {
  it('writes one create action with its own id and data stream, then the document', () => {
    expect(bulkLines(event('k1-0-1', { message: 'hello' }))).toBe(
      '{"create":{"_index":"logs-app-default","_id":"k1-0-1"}}\n{"message":"hello"}\n',
    )
  })

  it('keeps newlines and quotes of a message inside its line', () => {
    const body = buildBulkBody(itemsOf([bulkLines(event('a"b', { message: 'two\nlines "q"' }))]))
    const lines = body.toString().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[2]).toBe('')
    expect(JSON.parse(lines[0]!)).toEqual({ create: { _index: 'logs-app-default', _id: 'a"b' } })
    expect(JSON.parse(lines[1]!)).toEqual({ message: 'two\nlines "q"' })
  })

  it('counts bytes, not characters', () => {
    const lines = ['ü', '💥', '日本', '\ud800'].map((message, at) =>
      bulkLines(event(String(at), { message })),
    )
    const items = itemsOf(lines)
    const body = buildBulkBody(items)
    expect(body.byteLength).toBe(items.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(body.toString()).toBe(lines.join(''))
    expect(body.at(-1)).toBe(0x0a)
  })

  it('sends items side by side from where they lie, and others as a copy in their order', () => {
    const items = itemsOf(['one\n', 'two\n', 'three\n'])
    const all = buildBulkBody(items)
    expect(all.toString()).toBe('one\ntwo\nthree\n')
    expect(all.buffer).toBe(items[0]!.chunk.bytes.buffer)
    expect(buildBulkBody(items.slice(1)).toString()).toBe('two\nthree\n')
    expect(buildBulkBody([items[2]!, items[0]!]).toString()).toBe('three\none\n')
    const other = itemsOf(['four\n'])
    expect(buildBulkBody([...items.slice(2), ...other]).toString()).toBe('three\nfour\n')
    expect(buildBulkBody([])).toHaveLength(0)
  })

  it('has the same lines whether a line was planned or not', () => {
    const planning = new RecordNormalizer({ clusterId: 'c' })
    const careful = new RecordNormalizer({ clusterId: 'c', plans: { plansMax: 0 } })
    const target = new ByteWriter(Buffer.alloc(0))
    let planned = 0
    for (let offset = 0; offset < 50; offset++) {
      const isMinted = offset % 2 === 0
      const pinoLine = {
        level: 30,
        time: 1_767_000_000_000 + offset,
        pid: offset,
        msg: `Größe ${offset}`,
      }
      const key = `06dfk3a4c0000000-${offset.toString(36).padStart(8, '0')}`
      const record = {
        topic: 'logs',
        partition: 3,
        offset,
        timestampMs: 1_767_000_000_100 + offset,
        key: isMinted ? Buffer.from(key) : null,
        value: Buffer.from(JSON.stringify(pinoLine)),
        headers: isMinted ? { millrace: Buffer.from('{"v":1,"format":"pino"}') } : {},
      }
      target.length = 0
      const nowMs = record.timestampMs + 5
      const line = planning.plan(record, nowMs)
      if (line === undefined) writeLines(target, takeIn(record, nowMs, planning).items[0]!.lines)
      else {
        planned++
        writePlanned(target, line)
      }
      const byRules = takeIn(record, nowMs, careful)
      expect(target.bytes.toString('utf8', 0, target.length)).toBe(byRules.items[0]!.lines)
    }
    expect(planned).toBeGreaterThan(40)
  })
})
