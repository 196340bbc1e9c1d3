import { expect, test } from 'vitest'
import { describedRecord } from '../src/explain-record.ts'

const defaults = { topic: 'logs', offset: 7 }
const read = (value: unknown): ReturnType<typeof describedRecord> =>
  describedRecord(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), defaults)

test('a record takes what the line says and defaults for the rest', () => {
  expect(read({ value: 'hello' })).toEqual({
    ok: true,
    value: {
      record: {
        topic: 'logs',
        partition: 0,
        offset: 7,
        key: null,
        value: Buffer.from('hello'),
        headers: {},
      },
    },
  })
  expect(
    read({
      valueBase64: '/wA=',
      headers: { format: 'pino' },
      timestamp: 12.7,
      receivedAt: '2026-01-02T03:04:05.678Z',
      key: 'k',
      topic: 't',
      partition: 3,
      offset: 9,
    }),
  ).toEqual({
    ok: true,
    value: {
      record: {
        topic: 't',
        partition: 3,
        offset: 9,
        key: Buffer.from('k'),
        value: Buffer.from([0xff, 0x00]),
        headers: { format: Buffer.from('pino') },
        timestampMs: 12,
      },
      receivedAtMs: 1_767_323_045_678,
    },
  })
})

test('a null value is a record without a value', () => {
  expect(read({ value: null })).toMatchObject({ ok: true, value: { record: { value: null } } })
})

test('a header named __proto__ is a header', () => {
  const described = read('{"value":"x","headers":{"__proto__":"y"}}')
  expect(described.ok && Object.keys(described.value.record.headers)).toEqual(['__proto__'])
})

test.each([
  ['not json', 'the line is not JSON'],
  ['[1]', 'the line is not a JSON object'],
  ['null', 'the line is not a JSON object'],
  [{}, '"value" or "valueBase64" must be there'],
  [
    { value: 'a', valueBase64: 'YQ==' },
    '"value" and "valueBase64" are both there; give one of them',
  ],
  [{ value: 5 }, '"value" must be text (or null)'],
  [{ valueBase64: '%%' }, '"valueBase64" is not base64'],
  [{ value: 'a', headers: [] }, '"headers" must be an object of texts'],
  [{ value: 'a', headers: { x: 1 } }, 'header "x" must be text'],
  [{ value: 'a', offset: -1 }, '"offset" must be a whole number from 0'],
  [{ value: 'a', partition: 0.5 }, '"partition" must be a whole number from 0'],
  [{ value: 'a', timestamp: '1' }, '"timestamp" must be a number of milliseconds'],
  [{ value: 'a', key: 1 }, '"key" must be text'],
  [
    { value: 'a', receivedAt: 'yesterday' },
    '"receivedAt" must be an ISO 8601 time such as 2026-01-02T03:04:05.678Z',
  ],
])('%j is refused with the reason', (line, reason) => {
  expect(read(line)).toMatchObject({ ok: false, reason })
})

test('an unknown member is named with the known ones', () => {
  expect(read({ value: 'a', header: {} })).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^"header" is not a member; known are value, /),
  })
})
