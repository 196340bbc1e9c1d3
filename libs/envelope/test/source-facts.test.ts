import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeSourceFacts,
  encodeSourceFacts,
  headerName,
  SourceFactsReader,
} from '../src/source-facts.ts'

test('facts come back as they were written, and absent members are left out', () => {
  const facts = {
    format: 'pino',
    'service.name': 'orders',
    'host.name': 'web-1',
    truncated: 2_000_000,
    resent: true as const,
  }
  const bytes = encodeSourceFacts(facts)
  expect(JSON.parse(bytes.toString())).toEqual({ v: 1, ...facts })
  expect(decodeSourceFacts(bytes)).toEqual(facts)
})

test('unknown members and members of a wrong type are ignored', () => {
  const bytes = Buffer.from(
    '{"v":2,"service.name":7,"dataset":"","truncated":-1,"later":{"a":1},"format":"json"}',
  )
  expect(decodeSourceFacts(bytes)).toEqual({ format: 'json' })
})

test('bytes that are not a header of version 1 or later are refused', () => {
  for (const text of ['', '{', '[]', 'null', '{"v":"1"}', '{"v":0}', '{"format":"pino"}']) {
    expect(decodeSourceFacts(Buffer.from(text))).toBeUndefined()
  }
})

test('any bytes at all are read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new SourceFactsReader()
      const source = reader.read({ [headerName]: bytes })
      expect(source === undefined || source.minted).toBe(true)
    }),
  )
})

test('a record without the header keeps its plain headers and is not minted', () => {
  const reader = new SourceFactsReader()
  const headers = {
    format: Buffer.from('syslog'),
    service: Buffer.from('cron'),
    dataset: new Uint8Array(),
    other: Buffer.from('x'),
  }
  expect(reader.read(headers)).toEqual({
    facts: { format: 'syslog', 'service.name': 'cron' },
    minted: false,
  })
})

test('equal headers are parsed once, and the cache starts anew past its bound', () => {
  const reader = new SourceFactsReader({ cacheMax: 2 })
  const read = (name: string) =>
    reader.read({ [headerName]: encodeSourceFacts({ 'service.name': name }) })?.facts
  const first = read('a')
  expect(read('a')).toBe(first)
  read('b')
  read('c')
  expect(read('a')).not.toBe(first)
  expect(read('a')).toEqual(first)
})
