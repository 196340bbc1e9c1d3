import { expect, test } from 'vitest'
import { redact, redactorOf } from './support.ts'

test.each([
  ['4111111111111111', '[redacted]'],
  ['4111 1111 1111 1111', '[redacted]'],
  ['4111-1111-1111-1111', '[redacted]'],
  ['3782 822463 10005', '[redacted]'],
  ['6011111111111117 and 5555555555554444', '[redacted] and [redacted]'],
  ['order 12 4111 1111 1111 1111 99', 'order 12 [redacted] 99'],
  ['a 4222222222222, the shortest', 'a [redacted], the shortest'],
])('card numbers go: %s', (text, expected) => {
  expect(redact(text, { patterns: ['card'] })).toBe(expected)
  const line = JSON.stringify({ n: 1, msg: `x ${text}` })
  expect(redact(line, { patterns: ['card'] })).toBe(JSON.stringify({ n: 1, msg: `x ${expected}` }))
})

test.each([
  '4111111111111112',
  '{"time":1767323045678,"nanos":1767323045678000000,"f":0.4111111111111111}',
  'a4111111111111111 4111111111111111b',
  '411111111111 2024-11-22 22:19:15 1234567890123456',
])('numbers that no card has stay: %s', (line) => {
  expect(redact(line, { patterns: ['card'] })).toBe(line)
})

test('a number of JSON that is a card number becomes a text', () => {
  const line = '{"card":4111111111111111,"cards":[5555555555554444,1],"b":1.0}'
  expect(redact(line, { patterns: ['card'] })).toBe(
    '{"card":"[redacted]","cards":["[redacted]",1],"b":1.0}',
  )
})

test.each([
  ['mail ann.b+c@mail.example.com, now', 'mail [redacted], now'],
  ['<ann@example.com>', '<[redacted]>'],
  ['GET /?m=ann%40example.com&x=1', 'GET /?m=[redacted]&x=1'],
  ['müller@exämple.de', '[redacted]'],
  ['a@b @ a@b.c npm i @scope/pkg@1.2.3', 'a@b @ a@b.c npm i @scope/pkg@1.2.3'],
])('e-mail addresses go: %s', (text, expected) => {
  expect(redact(text, { patterns: ['email'] })).toBe(expected)
})

test('an e-mail address that is the name of a member goes too, and JSON stays JSON', () => {
  expect(redact('{"ann@example.com":{"n":1}}', { patterns: ['email'] })).toBe(
    '{"[redacted]":{"n":1}}',
  )
})

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_'

test.each([
  [`got ${jwt}.`, 'got [redacted]'],
  ['cut eyJhbGciOiJIUzI1NiJ9.eyJzdW', 'cut [redacted]'],
  ['eyJhbGciOiJIUzI1NiJ9 and heyJude.rs', 'eyJhbGciOiJIUzI1NiJ9 and heyJude.rs'],
])('JSON web tokens go: %s', (text, expected) => {
  expect(redact(text, { patterns: ['jwt'] })).toBe(expected)
})

test.each([
  ['with Bearer abc123def.x/y== now', 'with Bearer [redacted] now'],
  ['bearer: abcdefghijklmnopqrstuvwxyz', 'bearer: [redacted]'],
  [
    'the bearer of bad news, bearer authentication',
    'the bearer of bad news, bearer authentication',
  ],
])('bearer tokens go: %s', (text, expected) => {
  expect(redact(text, { patterns: ['bearer'] })).toBe(expected)
})

test('an escape before or in a find is neither part of it nor cut by it', () => {
  const patterns = ['bearer', 'card', 'email', 'jwt'] as const
  const line = String.raw`{"m":"a\nann@example.com\n4111111111111111\tBearer a1b2c3\/d\n${jwt}","u":"m\u00fcller@x.de"}`
  expect(redact(line, { patterns })).toBe(
    String.raw`{"m":"a\n[redacted]\n[redacted]\tBearer [redacted]\n[redacted]","u":"[redacted]"}`,
  )
})

test('own patterns see each text of JSON by itself and take any language', () => {
  const patterns = [{ pattern: '^DE\\d{20}$' }, { pattern: 'geheim: \\pL+', flags: 'i' }]
  const line = '{"a":"DE12345678901234567890","b":"xDE12345678901234567890","c":"ü Geheim: Öl ü"}'
  expect(redact(line, { patterns })).toBe(
    '{"a":"[redacted]","b":"xDE12345678901234567890","c":"ü [redacted] ü"}',
  )
})

test('a find that would cut an escape takes the whole of it', () => {
  expect(redact(String.raw`{"a":"x\ny\\n"}`, { patterns: [{ pattern: 'y.' }] })).toBe(
    String.raw`{"a":"x\n[redacted]n"}`,
  )
})

test('bytes that are no UTF-8 are looked through and stay', () => {
  const line = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from(' ann@example.com '),
    Buffer.from([0xc3]),
  ])
  const redacted = redactorOf({ patterns: ['email'] }).redact(line)
  expect(redacted.toString('latin1')).toBe('ÿþ [redacted] Ã')
})

test('each value is counted once, whether its name or its look gave it away', () => {
  const redactor = redactorOf({ patterns: ['email', { pattern: 'ann@' }] })
  redactor.redact(Buffer.from('{"password":"ann@example.com","m":"ann@example.com","n":1}'))
  expect(redactor.redacted).toBe(2)
  redactor.redact(Buffer.from('{"password":"[Redacted]"}'))
  expect(redactor.redacted).toBe(2)
})

test('a thousand matches of an own pattern in one text are replaced one by one, then the rest as a whole', () => {
  const patterns = [{ pattern: 'x' }]
  expect(redact('x-'.repeat(1_000), { patterns })).toBe('[redacted]-'.repeat(1_000))
  expect(redact(`${'x-'.repeat(1_001)}y`, { patterns })).toBe(
    `${'[redacted]-'.repeat(1_000)}[redacted]`,
  )
})
