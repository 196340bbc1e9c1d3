// Severity: every spelling of a level becomes one of six, so that services can be compared.

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Severity {
  level: LogLevel
  /** False when the source said more than `level` tells (notice, critical, an unknown word): keep the original too. */
  exact: boolean
}

/** Families of level numbers; a number means nothing without one: 20 is debug in pino and info in Python. */
export type SeverityScale = 'pino' | 'python' | 'syslog' | 'otel' | 'slog' | 'log4j'

const spellings: Record<LogLevel, string> = {
  trace: 'trace trc silly finest vrb trace1 trace2 trace3 trace4 trace5 trace6 trace7 trace8',
  debug: 'debug dbg fine finer verbose http debug-4',
  info: 'info inf information informational notice success log info+2 mark',
  warn: 'warn warning wrn',
  error: 'error err eror fail severe dpanic error+4',
  fatal: 'fatal ftl critical crit alert emerg emergency panic',
}

/** Other spellings of the level itself: nothing is lost when the level replaces them. */
const synonyms = new Set(
  'trc dbg inf information informational wrn warning err eror ftl verbose'.split(' '),
)

function buildLevels(): Map<string, Severity> {
  const levels = new Map<string, Severity>()
  for (const level of logLevels) {
    for (const word of spellings[level].split(' ')) {
      // winston's `verbose` is one of its own levels, so it is not the same as `debug`.
      const exact = word === level || (synonyms.has(word) && word !== 'verbose')
      levels.set(word, { level, exact })
    }
  }
  return levels
}

const levels = buildLevels()
const unknownLevel: Severity = { level: 'info', exact: false }
const levelLengthMax = 64
/** slog writes levels between its own as an offset: `INFO+2`, `ERROR+4`. */
const offsetLevel = /^(debug|info|warn|error)([+-]\d{1,9})$/
const offsetBase: Record<string, number> = { debug: -4, info: 0, warn: 4, error: 8 }
const ansiPattern = /\u001b\[[0-9;:]*[A-Za-z]/g

/** Reads a level word: trims, drops colour codes and case. Undefined for an empty text; unknown words are `info`, not exact. */
export function severityFromText(text: string): Severity | undefined {
  const known = levels.get(text)
  if (known !== undefined) return known
  if (text.length > levelLengthMax) return unknownLevel
  const word = text.replace(ansiPattern, '').trim().toLowerCase()
  if (word === '') return undefined
  return levels.get(word) ?? readOffsetLevel(word) ?? unknownLevel
}

function readOffsetLevel(word: string): Severity | undefined {
  const match = offsetLevel.exec(word)
  if (match === null) return undefined
  const level = severityFromNumber(offsetBase[match[1]!]! + Number(match[2]), 'slog')
  if (level === undefined) return undefined
  // Nothing in words is fatal that calls itself an error.
  return { level: level === 'fatal' ? 'error' : level, exact: false }
}

/** Whether `word` is a known level in any case; for finding a level in prose. */
export function isLevelWord(word: string): boolean {
  return levels.has(word.toLowerCase())
}

const ascending: Record<Exclude<SeverityScale, 'syslog'>, readonly number[]> = {
  pino: [10, 20, 30, 40, 50, 60],
  python: [5, 10, 20, 30, 40, 50],
  otel: [1, 5, 9, 13, 17, 21],
  slog: [-8, -4, 0, 4, 8, 12],
  log4j: [5000, 10_000, 20_000, 30_000, 40_000, 50_000],
}
const syslogLevels: readonly LogLevel[] = [
  'fatal',
  'fatal',
  'fatal',
  'error',
  'warn',
  'info',
  'info',
  'debug',
]

/**
 * Reads a level number of a known family; one between two steps is the lower one. The number itself belongs in
 * `event.severity` (syslog codes: `log.syslog.severity.code`). Undefined when the family has no such number.
 */
export function severityFromNumber(value: number, scale: SeverityScale): LogLevel | undefined {
  if (!Number.isFinite(value)) return undefined
  if (scale === 'syslog') return Number.isInteger(value) ? syslogLevels[value] : undefined
  const steps = ascending[scale]
  let level: LogLevel = 'trace'
  for (let step = 0; step < steps.length; step++) {
    if (value >= steps[step]!) level = logLevels[step]!
  }
  return level
}
