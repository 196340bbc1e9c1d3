import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { readOptions } from '../../src/options.ts'
import { defaultKeys } from '../../src/redact/default-keys.ts'
import { patternNames } from '../../src/redact/patterns.ts'

function read(redact: unknown, env: Record<string, string> = {}): unknown {
  return readOptions({ options: { redact }, env, readFile: () => '', kind: 'target' }).redact
}

function problem(redact: unknown, env: Record<string, string> = {}): string {
  try {
    read(redact, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
  }
  throw new Error('there was no ConfigError')
}

test('the environment gives what the options leave out, and can turn redaction off', () => {
  const env = { MILLRACE_REDACT_KEYS: 'iban, *pin', MILLRACE_REDACT_PATTERNS: 'card,email' }
  expect(read(undefined, env)).toEqual({ keys: ['iban', '*pin'], patterns: ['card', 'email'] })
  expect(read({ keys: ['tan'] }, env)).toEqual({ keys: ['tan'], patterns: ['card', 'email'] })
  expect(read(false, env)).toBe(false)
  expect(read(undefined, { ...env, MILLRACE_REDACT: 'false' })).toBe(false)
  expect(read({ keys: ['tan'] }, { MILLRACE_REDACT: 'false' })).toEqual({
    keys: ['tan'],
    patterns: [],
  })
  expect(read(undefined, { MILLRACE_REDACT: 'true' })).toEqual({ keys: [], patterns: [] })
})

test('own patterns and names of any language are taken', () => {
  const redact = {
    keys: ['!*', '!next_token', '*Kennwort', '暗証番号', 'x'.repeat(100)],
    patterns: [...patternNames, { pattern: '^DE\\d{20}$' }, { pattern: 'x', flags: 'is' }],
  }
  expect(read(redact)).toEqual(redact)
})

test.each([
  [{ keys: ['*'] }, 'redact.keys[0] must be a name of 1 to 100 characters'],
  [{ keys: ['a*b'] }, 'got "a*b"'],
  [{ keys: ['--'] }, 'redact.keys[0]'],
  [{ keys: ['x'.repeat(101)] }, 'redact.keys[0]'],
  [{ keys: 'iban' }, 'redact.keys must be a list of at most 200 names'],
  [{ keys: Array.from({ length: 201 }, () => 'iban') }, 'redact.keys must be a list of at most'],
  [{ patterns: ['cards'] }, 'redact.patterns[0] must be one of bearer, card, email, jwt'],
  [{ patterns: [/x/] }, 'redact.patterns[0] must be one of bearer, card, email, jwt'],
  [{ patterns: [{ pattern: '' }] }, 'redact.patterns[0] must be one of'],
  [{ patterns: [{ pattern: 'x'.repeat(1_001) }] }, 'redact.patterns[0] must be one of'],
  [{ patterns: [{ pattern: 'x', flags: 'g' }] }, 'redact.patterns[0] must be one of'],
  [{ patterns: [{ pattern: 'x', flag: 'i' }] }, 'redact.patterns[0] must be one of'],
  [{ patterns: [{ pattern: '(?=x)' }] }, 'without look-around and back references'],
  [{ patterns: [{ pattern: '(x)\\1' }] }, 'without look-around and back references'],
  [{ patterns: [{ pattern: '(' }] }, 'missing closing )'],
  [{ patterns: Array.from({ length: 51 }, () => 'jwt') }, 'must be a list of at most 50 patterns'],
  [{ key: ['x'] }, 'redact.key is not an option; did you mean keys?'],
  [true, 'redact must be an object of keys and patterns, or false, got true'],
])('what is wrong is named, with what would be right: %j', (redact, text) => {
  expect(problem(redact)).toContain(text)
})

test('a wrong value from the environment is named with its variable', () => {
  expect(problem(undefined, { MILLRACE_REDACT_KEYS: 'iban,*' })).toContain(
    'redact.keys[1] must be a name of 1 to 100 characters',
  )
  expect(problem(undefined, { MILLRACE_REDACT_KEYS: 'iban,*' })).toContain(
    '(from MILLRACE_REDACT_KEYS)',
  )
  expect(problem(undefined, { MILLRACE_REDACT_PATTERNS: 'cards' })).toContain(
    '(from MILLRACE_REDACT_PATTERNS)',
  )
  expect(problem(undefined, { MILLRACE_REDACT: 'no' })).toContain(
    'redact must be an object of keys and patterns, or false, got "no" (from MILLRACE_REDACT)',
  )
})

test('the README names every default and every pattern', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  for (const key of defaultKeys) expect(readme).toContain(`\`${key}\``)
  for (const name of patternNames) expect(readme).toContain(`\`${name}\`: `)
})
