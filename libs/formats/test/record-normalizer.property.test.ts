import { ecsFields } from '@millrace/ecs'
import { isEventId } from '@millrace/envelope'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { documentProblems } from '../../../test/support/document-problems.ts'
import { RecordNormalizer } from '../src/index.ts'
import { adversarialBytes, adversarialHeaders, jsonLine } from './support/adversarial-lines.ts'

// Thousands of runs, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')
const normalizer = new RecordNormalizer({ clusterId: 'property' })

function normalize(value: Uint8Array, headers: Record<string, Uint8Array> = {}) {
  const record = { topic: 'logs', partition: 0, offset: 7, key: null, value, headers }
  return normalizer.normalize(record, receivedAtMs)
}

test('any record of any bytes yields one document that fits the template', () => {
  fc.assert(
    fc.property(adversarialBytes, adversarialHeaders, (bytes, headers) => {
      const { events, rejections } = normalize(bytes, headers)
      expect(rejections).toEqual([])
      expect(events).toHaveLength(1)
      expect(documentProblems(events[0]!.document)).toEqual([])
      expect(events[0]!.dataStream).toBe('logs-app-default')
      expect(isEventId(events[0]!.id)).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('the same record yields the same document every time', () => {
  fc.assert(
    fc.property(adversarialBytes, adversarialHeaders, (bytes, headers) => {
      expect(JSON.stringify(normalize(bytes, headers))).toBe(
        JSON.stringify(
          new RecordNormalizer({ clusterId: 'property' }).normalize(
            { topic: 'logs', partition: 0, offset: 7, key: null, value: bytes, headers },
            receivedAtMs,
          ),
        ),
      )
    }),
    { numRuns: 300 },
  )
})

test('a header of any bytes is read or rejected, never thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const { events, rejections } = normalize(Buffer.from('x'), { millrace: bytes })
      expect(events.length + rejections.length).toBe(1)
    }),
  )
})

/** Every text in a JSON line becomes a marker that occurs nowhere else. */
function markTexts(line: string): { marked: string; markers: string[] } {
  const markers: string[] = []
  let inside = 0
  const mark = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mark)
    if (typeof value === 'object' && value !== null) {
      inside++
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mark(inner)]))
    }
    if (typeof value !== 'string') return value
    const marker = `marker${markers.length}x${inside}`
    markers.push(marker)
    return marker
  }
  return { marked: JSON.stringify(mark(JSON.parse(line))), markers }
}

test('no text of a JSON line is missing from its document', () => {
  fc.assert(
    fc.property(jsonLine, (line) => {
      const { marked, markers } = markTexts(line)
      const text = JSON.stringify(normalize(Buffer.from(marked)).events[0]!.document)
      expect(markers.filter((marker) => !text.includes(marker))).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

/** Every number becomes one that occurs nowhere else, except where a number is a time or a duration. */
function markNumbers(line: string): { marked: string; markers: string[] } {
  const markers: string[] = []
  const mark = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => mark(item, path))
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(([key, inner]) => [
        key,
        mark(inner, `${path}.${key}`),
      ])
      return Object.fromEntries(members)
    }
    if (typeof value !== 'number' || isConverted(path)) return value
    const marker = 7_000_001 + markers.length
    markers.push(String(marker))
    return marker
  }
  return { marked: JSON.stringify(mark(JSON.parse(line), '')), markers }
}

const converted = new Set(['time', 'timestamp', 'ts', '@t', 'created', 't', 'responseTime'])

function isConverted(path: string): boolean {
  const key = path.slice(1)
  return converted.has(key) || ecsFields.get(key)?.type === 'date'
}

test('no number of a JSON line is missing from its document', () => {
  fc.assert(
    fc.property(jsonLine, (line) => {
      const { marked, markers } = markNumbers(line)
      const text = JSON.stringify(normalize(Buffer.from(marked)).events[0]!.document)
      expect(markers.filter((marker) => !text.includes(marker))).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('a line that is no JSON object is kept whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (line) => {
      const { document } = normalize(Buffer.from(`x${line}y`)).events[0]!
      expect((document['event'] as { original?: string }).original).toBe(`x${line}y`.toWellFormed())
    }),
  )
})
