// A megabyte of the worst that a line can be costs in proportion to its length, in every format.
import { builtInFormats, readLine, RecordNormalizer } from '@millrace/formats'
import { expect, test, vi } from 'vitest'

vi.setConfig({ testTimeout: 300_000 })

const small = 64 * 1024
const large = 1024 * 1024
/**
 * Linear work grows 16-fold, quadratic work 256-fold. Small times count as this much, so that a pause of a busy machine
 * does not look like growth.
 */
const growthMax = 80
const leastMs = 4
const rounds = 3

/** Each begins as some format does, or not, and goes on with what makes patterns try again and again. */
const lines: Record<string, (length: number) => string> = {
  blanks: (length) => ' '.repeat(length),
  tabs: (length) => '\t'.repeat(length),
  digits: (length) => '1'.repeat(length),
  letters: (length) => 'A'.repeat(length),
  'capital words': (length) => 'ERROR '.repeat(length / 6),
  dots: (length) => '.'.repeat(length),
  'dotted name': (length) => 'a.'.repeat(length / 2),
  quotes: (length) => '"'.repeat(length),
  backslashes: (length) => '\\'.repeat(length),
  'escaped quotes': (length) => String.raw`\"`.repeat(length / 2),
  'open brackets': (length) => '['.repeat(length),
  brackets: (length) => '[a] '.repeat(length / 4),
  'key=value': (length) => 'a=b '.repeat(length / 4),
  'key="': (length) => 'a="b '.repeat(length / 5),
  'key=value, then none': (length) => `level=info ${'a=b '.repeat(length / 4)} "`,
  escapes: (length) => '\u001b['.repeat(length / 2),
  colours: (length) => '\u001b[31m'.repeat(length / 5),
  'line ends': (length) => '\n'.repeat(length),
  'blank lines': (length) => ' \n'.repeat(length / 2),
  'stack frames': (length) => `E: x${'\n    at f (a.js:1:1)'.repeat(length / 20)}`,
  'blanks before a frame': (length) => `E: x\n${' '.repeat(length)}at f`,
  'Python frames': (length) =>
    `Traceback (most recent call last):${'\n  File "a.py", line 1, in f'.repeat(length / 28)}\nE: x`,
  tracebacks: (length) => 'Traceback (most recent call last):\n'.repeat(length / 35),
  'exception class': (length) => `${'a.'.repeat(length / 2)}\n\tat x`,
  syslog: (length) => `<34>1 2026-01-02T03:04:05Z h a p m ${'[a b="c"]'.repeat(length / 9)}`,
  'syslog, open value': (length) =>
    `<34>1 2026-01-02T03:04:05Z h a p m [a b="${']'.repeat(length)}`,
  'old syslog': (length) => `<34>Jan  2 03:04:05 h ${'a'.repeat(length)}`,
  access: (length) =>
    `192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /${'a"b'.repeat(length / 3)} HTTP/1.1" 200 1`,
  'access, many fields': (length) =>
    `192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1${' "x" 1'.repeat(length / 6)}`,
  'nginx error': (length) =>
    `2026/01/02 03:04:05 [error] 1#1: *1 ${', client: a'.repeat(length / 11)}`,
  'Apache error': (length) =>
    `[Fri Jan 02 03:04:05 2026] [a:error] ${'[pid 1] '.repeat(length / 8)}`,
  klog: (length) => `I0102 03:04:05.123456 1 a.go:1] "x" ${'k="v" '.repeat(length / 6)}`,
  CRI: (length) => `2026-01-02T03:04:05.123456789Z stdout F ${'a '.repeat(length / 2)}`,
  Java: (length) => `2026-01-02 03:04:05,123 [main] INFO a.b.C - ${' - '.repeat(length / 3)}`,
  Python: (length) => `2026-01-02 03:04:05,123 - ${'a - '.repeat(length / 4)}INFO`,
  'pino-pretty': (length) => `[03:04:05.123] INFO (${'a'.repeat(length)}): x`,
  Lambda: (length) => `2026-01-02T03:04:05.123Z\t${'a\t'.repeat(length / 2)}`,
  'JSON, one long text': (length) => `{"level":30,"time":1,"msg":"${'a '.repeat(length / 2)}"}`,
  'JSON, escaped text': (length) =>
    `{"level":30,"time":1,"msg":"${String.raw`\"\\`.repeat(length / 4)}"}`,
  'JSON, many keys': (length) =>
    `{"level":30,"msg":"x"${Array.from({ length: length / 16 }, (_, key) => `,"k${key}":${key}`).join('')}}`,
  'JSON, one key again and again': (length) =>
    `{"level":30,"msg":"x"${',"a":1'.repeat(length / 6)}}`,
  'JSON, dotted keys': (length) =>
    `{"ecs.version":"1"${Array.from({ length: length / 24 }, (_, key) => `,"labels.l${key}":"x"`).join('')}}`,
  'JSON, nested': (length) =>
    `{"level":30,"msg":"x","a":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`,
  'JSON, long numbers': (length) =>
    `{"level":30,"msg":"x","a":[1${',12345678901234567890'.repeat(length / 21)}]}`,
  'JSON, one long number': (length) => `{"level":30,"msg":"x","a":${'1'.repeat(length)}}`,
  'JSON, long stack': (length) =>
    JSON.stringify({
      level: 50,
      time: 1,
      err: { stack: `E: x${'\n    at f (a.js:1:1)'.repeat(length / 21)}` },
    }),
  'JSON, template': (length) =>
    JSON.stringify({ '@t': '2026-01-02T03:04:05Z', '@mt': '{a'.repeat(length / 2) }),
  'JSON, long URL': (length) =>
    JSON.stringify({ level: 30, time: 1, req: { url: 'http://[@'.repeat(length / 9) } }),
}

const normalizer = new RecordNormalizer({ clusterId: 'cost' })

/** Whole way of a record, and each format asked about it by name. */
function work(line: string): void {
  const value = Buffer.from(line)
  normalizer.normalize(
    { topic: 't', partition: 0, offset: 0, key: null, value, headers: {} },
    1_767_323_045_678,
  )
  const read = readLine(line)
  for (const format of builtInFormats.all) {
    format.recognize(read)
    format.accept?.(read)
  }
}

function usedMs(line: string): number {
  const start = process.cpuUsage()
  work(line)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

test.each(Object.entries(lines))(
  'a line of %s takes time in proportion to its length',
  (_, make) => {
    let growth = Number.POSITIVE_INFINITY
    let told = ''
    // What the machine does meanwhile only adds: the best of several rounds is the truest.
    for (let round = 0; round < rounds && growth > growthMax; round++) {
      const smallMs = Math.max(usedMs(make(small)), leastMs)
      const largeMs = usedMs(make(large))
      growth = Math.min(growth, largeMs / smallMs)
      told += `${smallMs} ms, then ${largeMs} ms; `
    }
    expect(growth, told).toBeLessThanOrEqual(growthMax)
  },
)
