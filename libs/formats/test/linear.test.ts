import { expect, test } from 'vitest'
import { RecordNormalizer } from '../src/index.ts'

const normalizer = new RecordNormalizer({ clusterId: 'linear' })
/** Quadratic work on a million characters takes minutes, linear work takes well under a second. */
const deadlineMs = 10_000
const length = 1_000_000

const uuid = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'
/** The beginning of a line that only just is of a format, and what to repeat after it. */
const attacks: [string, string[]][] = [
  ['', [' ', 'a', '[', '\n', '\n at x', '\ngoroutine 1 [', 'panic: \n', '\u001b[']],
  ['<34>1 2026-01-02T03:04:05Z h a 7 - ', ['[a b="c"]', '[a ']],
  ['<34>1 2026-01-02T03:04:05Z h a 7 - [a b="', ['\\', '\\"', '" b="']],
  ['<34>Jan  2 03:04:05 ', ['a[', 'a:', ' ', '1: ']],
  ['2026-01-02T03:04:05Z stdout F ', ['2026-01-02T03:04:05Z stdout F ', '{"a":']],
  ['I0102 03:04:05.123456 1 a.go:1] "m" a=', ['{', '[] a=', '<\n a=', '"" a=']],
  ['192.0.2.7 - - [02/Jan/2026:04:04:05 +0100] "', ['\\x41', '\\"', ' ']],
  ['192.0.2.7 - - [02/Jan/2026:04:04:05 +0100] "GET / HTTP/1.1" 200 5 ', ['"', '" "', 'a ']],
  [
    '2026/01/02 03:04:05 [error] 7#8: *9 x, client: a',
    [', client: ', ', request: "', '", host: "'],
  ],
  ['[Fri Jan 02 03:04:05.123456 2026] [core:error] (13)', [': ', '[', ', referer: ']],
  [`2026-01-02T03:04:05.123Z\t${uuid}\tERROR\t`, ['\r', '\t', '{']],
  [`REPORT RequestId: ${uuid}\t`, ['\t', 'A: ', ' Version: ']],
  ['level=info ', ['a=b ', 'a ', 'a="', 'a=\\']],
  ['ERROR:a:', ['Traceback (most recent call last):\n', '  + Exception Group Traceback\n']],
  ['2026-01-02 03:04:05,123 [', ['] ', 'a] INFO ', ' ']],
  ['2026-01-02 03:04:05.123  INFO 4242 --- ', ['[a] ', '[']],
  ['[2026-01-02 03:04:05,123] INFO ', ['(', '\n', ' (a']],
]
const lines = attacks.flatMap(([head, bodies]) =>
  bodies.map((body) => ({ name: JSON.stringify(`${head}${body}…`), head, body })),
)

test.each(lines)('a million characters of $name are read in linear time', ({ head, body }) => {
  const text = head + body.repeat(Math.ceil(length / body.length))
  const record = { topic: 'logs', partition: 0, offset: 0, key: null, headers: {} }
  const startedMs = performance.now()
  const { events } = normalizer.normalize(
    { ...record, value: Buffer.from(text) },
    1_767_323_045_678,
  )
  expect(performance.now() - startedMs).toBeLessThan(deadlineMs)
  expect(events).toHaveLength(1)
})
