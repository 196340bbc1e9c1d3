import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { inspectSpool } from '../src/index.ts'
import { systemProcesses } from '../src/owner.ts'
import { parseSegmentName, segmentName } from '../src/segment-name.ts'
import { startProgram } from './support/program.ts'
import {
  drainAll,
  filesIn,
  lines,
  newInstance,
  openWriter,
  processTable,
  spoolDirectory,
} from './support/spool.ts'

test('a living process keeps its segments; kill -9 frees them, with every line that was acknowledged and the mark', async () => {
  const directory = spoolDirectory()
  const instance = newInstance()
  const holder = startProgram('hold.ts', [directory, instance, '20'])
  await holder.printed('ready')
  const held = await drainAll(directory)
  expect(held.texts).toEqual([])
  expect(held.outcome.left).toMatchObject([{ reason: 'held' }])
  const heldBy = { pid: holder.child.pid }
  await expect
    .poll(async () => (await inspectSpool(directory, { clock: systemClock })).segments)
    .toMatchObject([{ lines: 20, issued: 25, heldBy }])

  holder.child.kill('SIGKILL')
  await holder.ended
  const { texts, outcome } = await drainAll(directory)
  expect(texts).toEqual(lines(1, 20).map((_, index) => `line ${index + 1}`))
  expect(outcome.recovered).toMatchObject([{ instance, issued: 25 }])
  expect(outcome.recovered[0]!.published.toString()).toBe('1-20')
})

test.each([1, 40, 200, 333])(
  'killed after %i acknowledged lines, in the middle of the next ones, a process leaves all of them',
  async (count) => {
    const directory = spoolDirectory()
    const holder = startProgram('hold.ts', [directory, newInstance(), '100000'])
    await holder.printed(String(count))
    holder.child.kill('SIGKILL')
    await holder.ended
    const acknowledged = holder.lines().length
    const { records, outcome } = await drainAll(directory)
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1))
    expect(records.length).toBeGreaterThanOrEqual(acknowledged)
    expect(outcome.recovered[0]!.missing.count).toBe(0)
    expect(filesIn(directory)).toEqual([])
  },
)

test('a process that is stopped keeps its segments', async () => {
  const directory = spoolDirectory()
  const holder = startProgram('hold.ts', [directory, newInstance(), '3'])
  await holder.printed('ready')
  holder.child.kill('SIGSTOP')
  expect((await drainAll(directory)).outcome.left).toMatchObject([{ reason: 'held' }])
  holder.child.kill('SIGCONT')
})

test('taken again and again by a container whose clock is wrong, a living process loses no acknowledged line', async () => {
  const directory = spoolDirectory()
  const holder = startProgram('hold.ts', [directory, newInstance(), '3000'])
  const clock = { ...systemClock, now: () => systemClock.now() + 120_000 }
  const elsewhere = { processes: processTable({ place: 'feedbeef' }) }
  const sent = new Set<number>()
  let taken = 0
  const take = async (): Promise<void> => {
    const { records, outcome } = await drainAll(directory, { clock }, elsewhere)
    for (const { sequence } of records) sent.add(sequence)
    taken += outcome.segments
  }
  await holder.printed('20')
  while (!holder.lines().includes('ready')) await take()
  holder.child.kill('SIGKILL')
  await holder.ended
  await take()
  expect(taken).toBeGreaterThan(2)
  const acknowledged = holder.lines().filter((each) => /^\d+$/.test(each))
  expect(acknowledged.length).toBeGreaterThan(1000)
  expect(acknowledged.filter((each) => !sent.has(Number(each)))).toEqual([])
})

test('a pid that belongs to another process now holds nothing', async () => {
  const directory = spoolDirectory()
  const holder = startProgram('hold.ts', [directory, newInstance(), '3'])
  await holder.printed('ready')
  const [name = ''] = filesIn(directory)
  const parsed = parseSegmentName(name)!
  const [pid = '', , place = ''] = parsed.owner.split('-')
  // The same pid, alive, but of a process that began at another time.
  const earlier = segmentName({ ...parsed, owner: `${pid}-1-${place}` })
  renameSync(join(directory, name), join(directory, earlier))
  expect((await drainAll(directory)).texts).toEqual(['line 1', 'line 2', 'line 3'])
})

test('processes that drain at the same time send each line once', async () => {
  const directory = spoolDirectory()
  const instances = [newInstance(), newInstance(), newInstance(), newInstance()]
  for (const instance of instances) {
    const header = Buffer.from('{"v":1}')
    const head = { instance, topic: 'logs', brokers: ['b:1'], header }
    const { writer } = openWriter(directory, { head, segmentBytes: 4096 })
    for (let first = 1; first <= 200; first += 20) {
      await writer.append(lines(first, first + 19, 'x'.repeat(100)))
    }
    await writer.close()
  }
  expect(filesIn(directory).length).toBeGreaterThan(20)
  const drains = [1, 2, 3].map(() => startProgram('drain.ts', [directory, '20']))
  await Promise.all(drains.map((drain) => drain.printed('ready')))
  for (const drain of drains) drain.child.stdin!.end('go\n')
  await Promise.all(drains.map((drain) => drain.ended))
  const keys = drains.flatMap((drain) => drain.lines()).filter((each) => each !== 'ready')
  expect(new Set(keys).size).toBe(800)
  expect(keys).toHaveLength(800)
  expect(filesIn(directory)).toEqual([])
})

test('the own process has a place, and a start time where the system tells it', () => {
  expect(systemProcesses.place).toMatch(/^[0-9a-f]{8}$/)
  const start = systemProcesses.startOf(process.pid)
  if (process.platform === 'linux') expect(start).toBeGreaterThan(0)
  else expect(start).toBeUndefined()
  expect(systemProcesses.startOf(4_194_304 + 7)).toBe('gone')
})
