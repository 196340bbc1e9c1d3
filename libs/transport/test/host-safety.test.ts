import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@millrace/foundation'
import { expect, onTestFinished, test } from 'vitest'
import { openStream } from '../src/create-stream.ts'
import type { StreamOptions } from '../src/settings.ts'
import { systemSpool } from '../src/spool-access.ts'
import { unreachable } from './support/fake-producer.ts'
import { createTestHost } from './support/test-host.ts'

/** The real disk and the real clock, a Kafka that is away, and what reached the application. */
function open(directory: string, options: StreamOptions = {}) {
  const { host, producer, notes } = createTestHost({})
  producer.answer = unreachable
  const stream = openStream(
    { spool: { directory }, closeTimeoutMs: 2_000, lingerMs: 1, durability: 'always', ...options },
    { ...host, clock: systemClock, random: systemRandom, spool: systemSpool },
  )
  const errors: unknown[] = []
  stream.on('error', (error) => errors.push(error))
  onTestFinished(() => stream.close())
  return { stream, producer, notes, errors }
}

function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-host-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const line = (number: number): string => `{"level":30,"number":${number}}\n`

test.each([
  ['is a file', (base: string) => (writeFileSync(join(base, 'spool'), 'x'), join(base, 'spool'))],
  [
    'lies below a file',
    (base: string) => (writeFileSync(join(base, 'file'), ''), join(base, 'file/spool')),
  ],
  ['can not be created', () => '/proc/millrace-spool'],
])(
  'when the spool %s, the application logs on, the lines reach Kafka, and one note tells',
  async (_case, place) => {
    const { stream, producer, notes, errors } = open(place(createDirectory()))
    for (let number = 1; number <= 1_000; number++) expect(stream.write(line(number))).toBe(true)
    await stream.flush()
    expect(stream.counters).toMatchObject({ waiting: 1_000, spooled: 0 })
    producer.answer = 'succeed'
    await stream.close()
    expect(producer.lines).toHaveLength(1_000)
    expect(errors).toEqual([])
    expect(notes.filter((note) => note.includes('the spool takes no lines'))).toHaveLength(1)
  },
)

test('when the spool can not be used and Kafka never comes back, what memory can not keep is counted and named', async () => {
  const { stream, errors } = open('/proc/millrace-spool', { memoryMaxBytes: 4_194_304 })
  const text = 'x'.repeat(1_000)
  for (let number = 1; number <= 10_000; number++) stream.write(`${number} ${text}\n`)
  await stream.close()
  const { accepted, dropped, waiting, published, spooled } = stream.counters
  expect({ accepted, waiting, published, spooled }).toEqual({
    accepted: 10_000,
    waiting: 0,
    published: 0,
    spooled: 0,
  })
  expect(dropped['spool-failed'] + dropped['memory-full'] + dropped.closed).toBe(10_000)
  expect(errors).toEqual([])
})

test('when the directory vanishes while the application logs, lines go on to a new one, and those that were lost are counted', async () => {
  const directory = join(createDirectory(), 'spool')
  const { stream, producer, errors } = open(directory)
  for (let number = 1; number <= 100; number++) stream.write(line(number))
  expect(await stream.flush()).toBe(true)
  expect(readdirSync(directory)).toHaveLength(1)
  rmSync(directory, { recursive: true })
  for (let number = 101; number <= 200; number++) stream.write(line(number))
  await stream.flush()
  producer.answer = 'succeed'
  await stream.close()
  const { accepted, published, dropped, waiting, spooled } = stream.counters
  expect(waiting).toBe(0)
  expect(published + spooled + dropped['spool-failed'] + dropped.closed).toBe(accepted)
  expect(errors).toEqual([])
})

test.each([
  ['noise', Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 256))],
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(100_000)],
])(
  'when what lies in the spool at the start is %s, the application starts and logs as ever',
  async (_case, bytes) => {
    const directory = createDirectory()
    mkdirSync(directory, { recursive: true })
    for (const name of ['0mwsfsmnn-06h0ayj0kyawht22-000001.free.spool', 'something-else']) {
      writeFileSync(join(directory, name), bytes)
    }
    const { stream, producer, errors } = open(directory)
    producer.answer = 'succeed'
    for (let number = 1; number <= 100; number++) stream.write(line(number))
    expect(await stream.flush()).toBe(true)
    await stream.close()
    expect(producer.lines).toHaveLength(100)
    expect(errors).toEqual([])
  },
)
