import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeSourceFacts } from '@millrace/envelope'
import { expect, test } from 'vitest'
import * as door from '../src/index.ts'
import { openTarget } from '../src/target.ts'
import { createTestHost } from './support/test-host.ts'

test('the door gives pino a function as default export', () => {
  expect(typeof door.default).toBe('function')
})

test('the version that travels is the version of the package', () => {
  const path = join(import.meta.dirname, '../package.json')
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  expect(door.version).toBe(version)
})

test('lines of the target say that they are of pino', async () => {
  const { host, producer } = createTestHost()
  producer.answer = 'succeed'
  const target = openTarget({}, host)
  target.write('{"level":30,"msg":"one"}\n')
  target.end()
  await once(target, 'close')
  const header = producer.published[0]!.headers!['millrace'] as Uint8Array
  expect(decodeSourceFacts(header)?.format).toBe('pino')
})

test('wrong options are told on standard error and become the error of the stream, not a throw', async () => {
  const { host, notes } = createTestHost()
  const target = openTarget({ lingerMs: -1 }, host)
  target.write('a line that has nowhere to go\n')
  const [error] = (await once(target, 'error')) as [Error]
  expect(error).toBeInstanceOf(door.ConfigError)
  expect(error.message).toContain('lingerMs must be')
  expect(notes).toEqual([`millrace: ${error.message}`])
})

test('a misspelled variable is told in one line on standard error, and lines travel all the same', async () => {
  const misspelled = { MILLRACE_SPOOL: 'false', MILLRACE_KAFKA_TOPICS: 'orders' }
  const { host, notes, producer } = createTestHost(misspelled)
  producer.answer = 'succeed'
  const target = openTarget({}, host)
  target.write('{"level":30,"msg":"one"}\n')
  target.end()
  await once(target, 'close')
  expect(notes).toEqual([
    'millrace: MILLRACE_KAFKA_TOPICS is not a setting and has no effect; did you mean MILLRACE_KAFKA_TOPIC?',
  ])
  expect(producer.published.length).toBeGreaterThan(0)
})
