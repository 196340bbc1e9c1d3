import { describe, expect, test } from 'vitest'
import { isLevelWord, severityFromNumber, severityFromText } from '../src/index.ts'

const table = {
  trace: 'trace trc silly finest vrb trace1 trace8',
  debug: 'debug dbg fine verbose http DEBUG-4',
  info: 'info inf information informational notice success log INFO+2 MARK',
  warn: 'warn warning wrn',
  error: 'error err eror fail severe dpanic ERROR+4',
  fatal: 'fatal ftl critical crit alert emerg emergency panic',
}

describe.each(Object.entries(table))('%s', (level, words) => {
  test.each(words.split(' '))('is read from %s in any case', (word) => {
    expect(severityFromText(word)?.level).toBe(level)
    expect(severityFromText(` ${word.toUpperCase()} `)?.level).toBe(level)
    expect(severityFromText(`\u001b[32m${word}\u001b[39m`)?.level).toBe(level)
    expect(isLevelWord(word.toUpperCase())).toBe(true)
  })
})

test.each(['notice', 'critical', 'alert', 'emerg', 'silly', 'http', 'loud', 'x'.repeat(10_000)])(
  '%s is not exact: the original has to be kept',
  (word) => {
    expect(severityFromText(word)?.exact).toBe(false)
  },
)

test.each(['info', 'INFO', 'WARNING', 'wrn', 'Error ', 'err'])('%s is exact', (word) => {
  expect(severityFromText(word)?.exact).toBe(true)
})

test.each(['', '  ', '\u001b[32m\u001b[39m'])('%j is no level', (word) => {
  expect(severityFromText(word)).toBeUndefined()
})

test.each([
  ['pino', 10, 'trace'],
  ['pino', 9, 'trace'],
  ['pino', 20, 'debug'],
  ['pino', 30, 'info'],
  ['pino', 35, 'info'],
  ['pino', 40, 'warn'],
  ['pino', 50, 'error'],
  ['pino', 60, 'fatal'],
  ['pino', 1000, 'fatal'],
  ['python', 10, 'debug'],
  ['python', 20, 'info'],
  ['python', 30, 'warn'],
  ['python', 40, 'error'],
  ['python', 50, 'fatal'],
  ['syslog', 7, 'debug'],
  ['syslog', 6, 'info'],
  ['syslog', 5, 'info'],
  ['syslog', 4, 'warn'],
  ['syslog', 3, 'error'],
  ['syslog', 0, 'fatal'],
  ['otel', 1, 'trace'],
  ['otel', 4, 'trace'],
  ['otel', 5, 'debug'],
  ['otel', 9, 'info'],
  ['otel', 13, 'warn'],
  ['otel', 17, 'error'],
  ['otel', 24, 'fatal'],
  ['slog', -4, 'debug'],
  ['slog', 0, 'info'],
  ['slog', 4, 'warn'],
  ['slog', 8, 'error'],
  ['log4j', 5000, 'trace'],
  ['log4j', 20_000, 'info'],
  ['log4j', 40_000, 'error'],
  ['log4j', 50_000, 'fatal'],
] as const)('%s %d is %s', (scale, value, level) => {
  expect(severityFromNumber(value, scale)).toBe(level)
})

test.each([8, -1, 1.5, Number.NaN, Infinity])('syslog has no severity %d', (value) => {
  expect(severityFromNumber(value, 'syslog')).toBeUndefined()
})

test.each([
  ['DEBUG-8', 'trace'],
  ['DEBUG+2', 'debug'],
  ['INFO+1', 'info'],
  ['WARN+3', 'warn'],
  ['ERROR+2', 'error'],
  ['ERROR+40', 'error'],
  ['ERROR-40', 'trace'],
])('%s, an offset from a level, is %s and not exact', (word, level) => {
  expect(severityFromText(word)).toEqual({ level, exact: false })
})
