import type { ReadDocument } from '@millrace/ecs'
import { expect, test } from 'vitest'
import { documentText } from '../src/document-text.ts'

const nowMs = new Date(2026, 0, 2, 12, 0, 0).getTime()
const at = (hours: number, day = 2): string =>
  new Date(2026, 0, day, hours, 4, 5, 678).toISOString()

function show(document: ReadDocument, stackLinesMax?: number): string {
  return documentText(document, {
    nowMs,
    style: (_style, text) => text,
    ...(stackLinesMax === undefined ? {} : { stackLinesMax }),
  })
}

test('a line has local time, level, service, message, own fields and the short trace id', () => {
  const text = show({
    '@timestamp': at(3),
    message: 'order placed',
    log: { level: 'info' },
    service: { name: 'orders' },
    trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' },
    attributes: { orderId: 'A-1', note: 'two words', millrace: { original_bytes: 1 } },
  })
  expect(text).toBe(
    '03:04:05.678 INFO  orders       order placed orderId=A-1 note="two words" [4bf92f35]\n',
  )
})

test('a line of another day has the date', () => {
  const text = show({ '@timestamp': at(3, 1), message: 'm', log: { level: 'warn' } })
  expect(text).toBe('2026-01-01 03:04:05.678 WARN  -            m\n')
})

test('an HTTP request is told in four words', () => {
  const text = show({
    '@timestamp': at(3),
    message: 'request completed',
    log: { level: 'info' },
    service: { name: 'catalogue' },
    http: { request: { method: 'GET' }, response: { status_code: 200 } },
    url: { original: '/products' },
    event: { duration: 1_234_567 },
  })
  expect(text).toContain('request completed GET /products 200 1.2ms')
})

test('an error stands below its line, its stack indented and bounded', () => {
  const document = {
    '@timestamp': at(3),
    message: 'no',
    log: { level: 'error' },
    error: { type: 'TypeError', message: 'x', stack_trace: 'TypeError: x\n    at a\n    at b' },
  }
  expect(show(document).split('\n').slice(1)).toEqual([
    '    TypeError: x',
    '        at a',
    '        at b',
    '',
  ])
  expect(show(document, 2).split('\n').slice(1)).toEqual([
    '    TypeError: x',
    '        at a',
    '    … 1 more lines',
    '',
  ])
  expect(show({ ...document, error: { type: 'E', message: 'x' } })).toContain('\n    E: x\n')
})

test('the lines of a message go on indented', () => {
  expect(show({ '@timestamp': at(3), message: 'one\ntwo' })).toMatch(/ one\n {4}two\n$/)
})

test('a document without anything is still a line', () => {
  expect(show({})).toBe('--:--:--.--- INFO  -           \n')
})
