import { RecordNormalizer } from '@millrace/formats'
import { expect, test } from 'vitest'
import {
  digestDifference,
  DocumentsDigest,
  mappedFields,
} from '../../bench/lines/documents-digest.ts'
import { pinoLines } from '../../bench/lines/pino-lines.ts'
import { mapPlainly } from '../../bench/lines/plain-mapping.ts'
import { repeated, sizedLines } from '../../bench/lines/sized-lines.ts'

function take<T>(lines: Iterator<T, unknown, undefined>, count: number): T[] {
  return Array.from({ length: count }, () => lines.next().value as T)
}

const digestOf = (documents: readonly object[]) => {
  const digest = new DocumentsDigest()
  for (const document of documents) digest.add(document)
  return digest.summary()
}

const plainDocuments = (count: number): object[] =>
  take(pinoLines(1), count).map(({ line }) => mapPlainly(JSON.parse(line)))

test('the same seed writes the same lines, another seed writes others', () => {
  expect(take(pinoLines(7), 500)).toEqual(take(pinoLines(7), 500))
  expect(take(pinoLines(7), 500)).not.toEqual(take(pinoLines(8), 500))
})

test('lines are 318 bytes on average and have the shapes of a service', () => {
  const lines = take(pinoLines(1), 20_000)
  const bytes = lines.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0)
  expect(bytes / lines.length).toBeGreaterThan(314)
  expect(bytes / lines.length).toBeLessThan(322)
  const having = (member: string): number =>
    lines.filter(({ line }) => line.includes(member)).length
  for (const member of ['"req":', '"res":', '"err":', '"trace_id":', '"level":40', '"orderId":']) {
    expect(having(member), member).toBeGreaterThan(100)
  }
})

test('each of the fifteen fields is in some of the documents', () => {
  const { fields } = digestOf(plainDocuments(2_000))
  const nothing = digestOf(Array.from({ length: 2_000 }, () => ({})))
  expect(Object.keys(fields)).toHaveLength(15)
  expect(mappedFields.filter((field) => fields[field] === nothing.fields[field])).toEqual([])
})

test('the normalizer and the plain mapping make documents of the same digest', () => {
  const normalizer = new RecordNormalizer({ clusterId: 'test' })
  const lines = take(pinoLines(1), 2_000)
  const documents = lines.map(({ line }, offset) => {
    const record = {
      topic: 'logs',
      partition: 0,
      offset,
      key: null,
      value: Buffer.from(line),
      headers: { format: Buffer.from('pino') },
    }
    const event = normalizer.normalize(record, Date.UTC(2026, 0, 2)).events[0]!
    return (
      event.documentText === undefined ? event.document : JSON.parse(event.documentText)
    ) as object
  })
  expect(digestDifference(digestOf(plainDocuments(2_000)), digestOf(documents))).toBeUndefined()
})

test('the order of documents, dotted names and numbers as text make no difference', () => {
  const documents = plainDocuments(300)
  const wanted = digestOf(documents)
  expect(digestOf(documents.toReversed())).toEqual(wanted)
  const one = { '@timestamp': '2026-01-02T03:04:05.678Z', process: { pid: 7 } }
  const other = { '@timestamp': 1_767_323_045_678, 'process.pid': '7' }
  expect(digestOf([one])).toEqual(digestOf([other]))
  const nested = { http: { response: { status_code: 200 } } }
  expect(digestOf([nested])).toEqual(digestOf([{ http: { 'response.status_code': 200 } }]))
})

test('a missing, a doubled and a changed document are told apart, with the field that differs', () => {
  const documents = plainDocuments(300)
  const wanted = digestOf(documents)
  expect(digestDifference(wanted, digestOf(documents.slice(1)))).toBe(
    '299 documents arrived, 300 would be right',
  )
  expect(digestDifference(wanted, digestOf([...documents, documents[0]!]))).toBe(
    '301 documents arrived, 300 would be right',
  )
  const changed = [{ ...documents[0], message: 'another' }, ...documents.slice(1)]
  expect(digestDifference(wanted, digestOf(changed))).toBe('its documents differ in message')
  const doubled = [documents[1]!, ...documents.slice(1)]
  expect(digestDifference(wanted, digestOf(doubled))).toMatch(/^its documents differ in /)
})

test('values that changed places among documents are noticed', () => {
  const right = [
    { message: 'a', log: { level: 'info' } },
    { message: 'b', log: { level: 'warn' } },
  ]
  const swapped = [
    { message: 'a', log: { level: 'warn' } },
    { message: 'b', log: { level: 'info' } },
  ]
  expect(digestDifference(digestOf(right), digestOf(swapped))).toBe(
    'its documents have the right values, in other combinations',
  )
})

test('sized lines have exactly the size that was asked for and are lines of pino', () => {
  for (const size of [100, 1_000, 100_000]) {
    const [first, second] = take(sizedLines(size), 2)
    expect(first!.line.length).toBe(size)
    expect(second!.line.length).toBe(size)
    expect(second!.line).not.toBe(first!.line)
    expect(JSON.parse(first!.line)).toMatchObject({ level: 30, name: 'orders' })
  }
  expect(() => sizedLines(20).next()).toThrow(/lineBytes must be at least \d+, got 20/)
})

test('repeated lines come again from the first', () => {
  expect(take(repeated([1, 2, 3, 4].values(), 3), 7)).toEqual([1, 2, 3, 1, 2, 3, 1])
})
