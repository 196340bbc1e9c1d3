// What the transport is told: which names and which looks of values are secrets.
import { z } from 'zod'
import { keySyntax } from './key-names.ts'
import { ownPatternMaxLength, type OwnPattern, ownPatternProblem } from './own-pattern.ts'
import { type PatternName, patternNames } from './patterns.ts'

/** Most keys, and most patterns, of one's own. */
const listMax = 200
const patternListMax = 50

const redactRule = 'must be an object of keys and patterns, or false'
const keyRule =
  'must be a name of 1 to 100 characters with a letter or digit in it, *end-of-name, or either with ! before it for names that stay'
const keysRule = `must be a list of at most ${listMax} names`
const patternsRule = `must be a list of at most ${patternListMax} patterns`
const patternRule = `must be one of ${patternNames.join(', ')}, or an object of pattern (text of 1 to ${ownPatternMaxLength} characters) and flags (i, s)`

const key = z.string({ error: keyRule }).max(100, keyRule).regex(keySyntax, keyRule)

const pattern = z.custom<PatternName | OwnPattern>((value) => patternProblem(value) === undefined, {
  error: (issue) => patternProblem(issue.input),
})

function patternProblem(value: unknown): string | undefined {
  if (patternNames.some((name) => name === value)) return undefined
  if (!isOwnPattern(value)) return patternRule
  const problem = ownPatternProblem(value)
  return problem === undefined
    ? undefined
    : `must be a regular expression as RE2 takes it, without look-around and back references (${problem})`
}

function isOwnPattern(value: unknown): value is OwnPattern {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { pattern: source, flags = '', ...others } = value as Record<string, unknown>
  return (
    typeof source === 'string' &&
    source.length > 0 &&
    source.length <= ownPatternMaxLength &&
    typeof flags === 'string' &&
    /^(i?s?|si)$/.test(flags) &&
    Object.keys(others).length === 0
  )
}

const members = z.strictObject(
  {
    keys: z.array(key, { error: keysRule }).max(listMax, keysRule).default([]),
    patterns: z
      .array(pattern, { error: patternsRule })
      .max(patternListMax, patternsRule)
      .default([]),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? redactRule : undefined) },
)

export const redactSettings = z
  .union([z.literal(false), members], { error: redactRule })
  .default(() => ({ keys: [], patterns: [] }))
