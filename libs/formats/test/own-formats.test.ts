import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@millrace/foundation'
import { afterAll, expect, test } from 'vitest'
import { FormatList, formatProblem, loadFormats, type LogFormat } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const usable = { name: 'mine', shape: 'text', recognize: () => undefined, normalize: () => {} }

test.each([
  [undefined, 'a format must be an object, got undefined'],
  [null, 'a format must be an object, got null'],
  [
    { ...usable, name: 'Mine!' },
    'name must be 1 to 64 lower-case letters, digits and dashes, got "Mine!"',
  ],
  [{ ...usable, aliases: 'm' }, 'aliases of "mine" must be a list of texts, got "m"'],
  [{ ...usable, shape: 'xml' }, 'shape of "mine" must be "json" or "text", got "xml"'],
  [{ ...usable, recognize: undefined }, 'recognize of "mine" must be a function, got undefined'],
  [{ ...usable, normalize: {} }, 'normalize of "mine" must be a function, got an object'],
  [{ ...usable, accept: 1 }, 'accept of "mine" must be a function or absent, got 1'],
  [{ ...usable, name: 'pino' }, 'the name "pino" is taken by a built-in format, choose another'],
  [
    { ...usable, aliases: ['ndjson'] },
    'the name "ndjson" is taken by a built-in format, choose another',
  ],
])('%o is refused with one line that says what would be right', (value, problem) => {
  expect(formatProblem(value)).toBe(problem)
})

test('a usable format has no problem, and its name is then taken', () => {
  expect(formatProblem(usable)).toBeUndefined()
  expect(formatProblem(usable, [usable as LogFormat])).toContain('taken by another format of yours')
})

test.each([
  ['missing.mjs', undefined, 'Format missing.mjs: there is no such file'],
  ['empty.mjs', 'export const x = 1', 'Format empty.mjs has no default export'],
  ['broken.mjs', 'export default {', "Format broken.mjs can't be imported: "],
  ['throws.mjs', 'throw new Error("at start")', "Format throws.mjs can't be imported: at start"],
  ['needs.mjs', 'import "./absent.mjs"', "Format needs.mjs can't be imported: "],
  ['shape.mjs', 'export default [{ name: "a" }]', 'Format shape.mjs: shape of "a" must be'],
])('%s ends the start with a ConfigError in one line', async (file, content, message) => {
  if (content !== undefined) writeFileSync(join(folder, file), content)
  const error: unknown = await loadFormats([file], folder).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as ConfigError).message).toContain(message)
  expect((error as ConfigError).message).not.toContain('\n')
})

test('formats of the user are asked before the built-in ones, in their order', () => {
  const taker = (name: string): LogFormat => ({
    name,
    shape: 'text',
    recognize: ({ text }) => text,
    normalize: () => {},
  })
  const list = new FormatList([taker('first'), taker('second')])
  expect(list.all.slice(0, 2).map(({ name }) => name)).toEqual(['first', 'second'])
  expect(list.detect({ text: 'x', json: undefined }).format.name).toBe('first')
  expect(list.find('second')?.name).toBe('second')
  expect(list.find('pino')?.name).toBe('pino')
})
