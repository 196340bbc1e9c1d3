import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { drainSpool, type SpoolHead } from '../src/index.ts'
import { preludeBytes } from '../src/mark.ts'
import {
  drainAll,
  filesIn,
  lines,
  newInstance,
  openWriter,
  spoolDirectory,
  type WriterRun,
} from './support/spool.ts'

const text = 'x'.repeat(400)

/** An instance that has left `count` lines in several small segments. */
async function leave(directory: string, count: number, topic = 'logs'): Promise<WriterRun> {
  const instance = newInstance()
  const head = { instance, topic, brokers: ['b:1'], header: Buffer.from('{"v":1}') }
  const run = openWriter(directory, { head, segmentBytes: 4096 })
  for (let sequence = 1; sequence <= count; sequence++) {
    await run.writer.append(lines(sequence, sequence, text))
  }
  await run.writer.close()
  return run
}

const sequencesOf = (records: readonly { sequence: number }[]): number[] =>
  records.map(({ sequence }) => sequence)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('lines for another cluster or topic stay where they are', async () => {
  const directory = spoolDirectory()
  await leave(directory, 3, 'other')
  const { instance } = await leave(directory, 3)
  const seen: SpoolHead[] = []
  const matches = (head: SpoolHead): boolean => {
    seen.push(head)
    return head.topic === 'logs'
  }
  const { outcome } = await drainAll(directory, { matches })
  expect(outcome.recovered.map((each) => each.instance)).toEqual([instance])
  expect(outcome.left).toMatchObject([{ reason: 'other' }])
  expect(seen.map(({ topic }) => topic)).toEqual(['other', 'logs'])
  expect(filesIn(directory)).toHaveLength(1)
})

test('an aborted drain ends between two batches; the next one sends exactly what is left', async () => {
  const directory = spoolDirectory()
  await leave(directory, 40)
  const stopping = new AbortController()
  const first: number[] = []
  const { outcome } = await drainAll(directory, {
    batchRecords: 3,
    signal: stopping.signal,
    publish: (_head, records) => {
      first.push(...sequencesOf(records))
      if (first.length >= 12) stopping.abort()
      return Promise.resolve(true)
    },
  })
  expect(first.length).toBeLessThan(20)
  expect(outcome.recovered).toEqual([])
  expect(outcome.left.length).toBeGreaterThan(2)
  expect(new Set(outcome.left.map(({ reason }) => reason))).toEqual(new Set(['unsent']))
  expect(filesIn(directory).every((name) => name.includes('.free.'))).toBe(true)
  const { records } = await drainAll(directory)
  expect([...first, ...sequencesOf(records)]).toEqual(upTo(40))
})

test('a publisher that says no or fails stops the instance, and others are still tried', async () => {
  const directory = spoolDirectory()
  const broken = await leave(directory, 3)
  const well = await leave(directory, 3)
  const publish = (head: SpoolHead): Promise<boolean> =>
    head.instance === broken.instance ? Promise.reject(new Error('no')) : Promise.resolve(true)
  const { outcome } = await drainAll(directory, { publish })
  expect(outcome.recovered.map(({ instance }) => instance)).toEqual([well.instance])
  expect(outcome.left).toMatchObject([{ reason: 'unsent' }])
})

test('until the account of an instance is given, its last segment stays, without being sent again', async () => {
  const directory = spoolDirectory()
  const { instance } = await leave(directory, 30)
  const first = await drainAll(directory, { finish: () => Promise.resolve(false) })
  expect(sequencesOf(first.records)).toEqual(upTo(30))
  expect(first.outcome).toMatchObject({ recovered: [], left: [{ reason: 'unsent' }] })
  expect(filesIn(directory)).toHaveLength(1)
  const second = await drainAll(directory)
  expect(second.records).toEqual([])
  expect(second.outcome.recovered).toMatchObject([{ instance, issued: 30 }])
  expect(filesIn(directory)).toEqual([])
})

test('a segment whose head is unreadable is accounted for by its name, its mark and the other segments', async () => {
  const directory = spoolDirectory()
  const { instance } = await leave(directory, 30)
  const [path = ''] = filesIn(directory).map((name) => join(directory, name))
  const size = statSync(path).size
  const bytes = readFileSync(path)
  bytes.fill(0x55, preludeBytes)
  writeFileSync(path, bytes)
  const { outcome, records } = await drainAll(directory)
  const [recovery] = outcome.recovered
  expect(recovery).toMatchObject({ instance, issued: 30, head: { topic: 'logs' } })
  expect(recovery!.damages).toMatchObject([{ reason: 'head', bytes: size - preludeBytes }])
  expect(recovery!.missing.toString()).toBe(`1-${records[0]!.sequence - 1}`)
})

test('an instance of which no head is readable is left where nobody takes its account', async () => {
  const directory = spoolDirectory()
  const { instance } = await leave(directory, 3)
  const [path = ''] = filesIn(directory).map((name) => join(directory, name))
  const bytes = readFileSync(path)
  bytes.fill(0x55, preludeBytes)
  writeFileSync(path, bytes)
  const options = { directory, matches: () => true, clock: systemClock }
  const left = await drainSpool({ ...options, publish: () => Promise.resolve(true) })
  expect(left.left).toMatchObject([{ reason: 'unreadable' }])
  const { outcome } = await drainAll(directory)
  expect(outcome.recovered).toMatchObject([{ instance, head: undefined, issued: 3 }])
  expect(outcome.recovered[0]!.missing.toString()).toBe('1-3')
  expect(filesIn(directory)).toEqual([])
})

test('a full directory gives up the oldest lines of the dead first, and tells whose they were and which', async () => {
  const directory = spoolDirectory()
  const dead = await leave(directory, 100)
  const { writer, losses } = openWriter(directory, { maxBytes: 65_536, segmentBytes: 4096 })
  for (let first = 1; first <= 60; first += 5) await writer.append(lines(first, first + 4, text))
  expect(losses.length).toBeGreaterThan(1)
  expect(losses.every(({ isOwn, instance }) => !isOwn && instance === dead.instance)).toBe(true)
  expect(losses[0]).toMatchObject({ reason: 'spool-full', head: { topic: 'logs' } })
  const lost = losses.flatMap(({ sequences }) => [...sequences])
  expect(lost[0]![0]).toBe(1)
  expect(losses.at(-1)!.issued).toBe(lost.at(-1)![1])
  await writer.close()
  const { records } = await drainAll(directory)
  const kept = records.filter(({ key }) => key.startsWith(dead.instance))
  expect(kept[0]!.sequence).toBe(lost.at(-1)![1] + 1)
  expect(kept.at(-1)!.sequence).toBe(100)
})

test('the bound counts what living processes hold, and never touches it', async () => {
  const directory = spoolDirectory()
  const other = openWriter(directory, { segmentBytes: 4096 })
  for (let first = 1; first <= 150; first += 5)
    await other.writer.append(lines(first, first + 4, text))
  const before = filesIn(directory)
  const { writer, losses } = openWriter(directory, { maxBytes: 65_536, segmentBytes: 4096 })
  expect(await writer.append(lines(1, 5))).toMatchObject({ ok: false, reason: 'spool-full' })
  expect(writer.appendSync(lines(6, 9))).toMatchObject({ ok: false, reason: 'spool-full' })
  expect(filesIn(directory)).toEqual(before)
  expect([...losses, ...other.losses]).toEqual([])
})

test('what an instance had sent before it died is not sent again', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { segmentBytes: 1_048_576 })
  // A stretch is 64 KiB: the first lines are settled as a whole, the last are not.
  await writer.append(lines(1, 300, text))
  await writer.append(lines(301, 400, text))
  writer.settled([[1, 300]])
  await writer.append(lines(401, 401))
  await writer.close()
  const { records } = await drainAll(directory)
  expect(sequencesOf(records)[0]).toBe(301)
  expect(sequencesOf(records)).toHaveLength(101)
})
