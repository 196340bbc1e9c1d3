import { expect, test } from 'vitest'
import type { Environment } from '../src/environment.ts'
import { readOptions } from '../src/options.ts'

function read(options: unknown, env: Environment = {}) {
  return readOptions({ options, env, readFile: () => '', kind: 'stream' })
}

test('the spool comes from the environment, the options win member by member, and either can turn it off', () => {
  const env = {
    MILLRACE_SPOOL_DIRECTORY: '/data/spool',
    MILLRACE_SPOOL_MAX_BYTES: '33554432',
    MILLRACE_DURABILITY: 'always',
  }
  expect(read({}, env)).toMatchObject({
    spool: { directory: '/data/spool', maxBytes: 33_554_432 },
    durability: 'always',
  })
  expect(read({ spool: { directory: '/mine' } }, env).spool).toEqual({
    directory: '/mine',
    maxBytes: 33_554_432,
  })
  expect(read({ spool: false }, { MILLRACE_SPOOL_DIRECTORY: '/data' }).spool).toBe(false)
  expect(read({}, { MILLRACE_SPOOL: 'false', MILLRACE_SPOOL_DIRECTORY: '/data' }).spool).toBe(false)
})

test.each([
  [{ spool: { maxBytes: 1 } }, {}, 'spool.maxBytes must be a whole number of bytes from 16777216'],
  [{ spool: { folder: '/x' } }, {}, 'spool.folder is not an option'],
  [{ spool: true }, {}, 'spool must be an object of directory and maxBytes, or false, got true'],
  [{}, { MILLRACE_SPOOL_MAX_BYTES: '1 GB' }, 'got "1 GB" (from MILLRACE_SPOOL_MAX_BYTES)'],
  [{}, { MILLRACE_SPOOL: 'off' }, 'got "off" (from MILLRACE_SPOOL)'],
  [{ durability: 'sometimes' }, {}, 'durability must be one of overflow, always'],
  [{ durability: 'always', spool: false }, {}, 'durability "always" needs the spool, which is off'],
])('%j with %j is refused: %s', (options, env, text) => {
  expect(() => read(options, env)).toThrow(text)
})
