import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import type { Finding } from '../src/doctor/finding.ts'
import { checkSpool } from '../src/doctor/spool-check.ts'
import { leaveLines, spoolFolder } from './support/spooled.ts'

async function check(directory: string, topic = 'logs'): Promise<Finding> {
  const { signal } = new AbortController()
  const place = { brokers: ['127.0.0.1:9', '127.0.0.1:10'], topic }
  const { value } = await checkSpool({ directory, place, clock: systemClock, signal }).next()
  return value as Finding
}

test('an empty spool is well, so is one that living processes hold', async () => {
  const directory = spoolFolder()
  expect(await check(directory)).toMatchObject({
    status: 'well',
    text: `nothing lies in ${directory}`,
  })
  await leaveLines(directory, { texts: ['a', 'b'] })
  expect(await check(directory)).toMatchObject({
    status: 'well',
    text: `2 lines in ${directory}, held by living processes`,
  })
})

test('lines of dead processes, and damage, are worth a look', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a', 'b', 'c'] })).writer.close()
  expect(await check(directory)).toMatchObject({
    status: 'warning',
    text: `3 lines of processes that have ended in ${directory}`,
  })
  expect(await check(directory, 'other')).toMatchObject({
    status: 'warning',
    text: `3 lines of processes that have ended in ${directory}, 3 of them for other brokers or another topic`,
  })
  truncateSync(join(directory, readdirSync(directory)[0]!), 100)
  expect(await check(directory)).toMatchObject({
    status: 'warning',
    text: `1 damaged segment in ${directory}`,
  })
})

test('a spool that is no directory needs somebody', async () => {
  const directory = spoolFolder()
  mkdirSync(dirname(directory), { recursive: true })
  writeFileSync(directory, 'x')
  expect(await check(directory)).toMatchObject({ status: 'failed' })
})
