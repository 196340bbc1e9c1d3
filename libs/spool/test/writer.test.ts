import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SequenceRanges } from '@millrace/envelope'
import { expect, test } from 'vitest'
import type { StoredRecord } from '../src/index.ts'
import { inspectSpool } from '../src/index.ts'
import { nodeFiles } from '../src/files.ts'
import { systemClock } from '@millrace/foundation'
import { drainAll, filesIn, line, lines, openWriter, spoolDirectory } from './support/spool.ts'

test('what was appended is drained in order by the next process, with keys, times and headers', async () => {
  const directory = spoolDirectory()
  const { writer, instance } = openWriter(directory)
  const header = Buffer.from('{"v":1,"truncated":9}')
  expect(await writer.append([line(1), { ...line(2), header }])).toEqual({ ok: true })
  expect(await writer.append([{ ...line(0, '{}'), kind: 'ledger', key: 'l-1' }])).toEqual({
    ok: true,
  })
  expect(writer.stored.toString()).toBe('1-2')
  await writer.close()

  const { records, outcome } = await drainAll(directory)
  expect(records.map(({ kind, key, timestampMs }) => ({ kind, key, timestampMs }))).toEqual([
    { kind: 'line', key: `${instance}-00000001`, timestampMs: 1_700_000_000_000 },
    { kind: 'line', key: `${instance}-00000002`, timestampMs: 1_700_000_000_000 },
    { kind: 'ledger', key: 'l-1', timestampMs: 1_700_000_000_000 },
  ])
  expect(records.map(({ header: own }) => own && Buffer.from(own).toString())).toEqual([
    undefined,
    '{"v":1,"truncated":9}',
    undefined,
  ])
  expect(outcome).toMatchObject({ records: 3, segments: 1, left: [] })
  expect(outcome.recovered).toMatchObject([{ instance, issued: 2, damages: [] }])
  expect(filesIn(directory)).toEqual([])
})

test('nothing is on disk before the first record, and nothing after everything is settled and closed', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  writer.markIssued(5)
  expect(() => readdirSync(directory)).toThrow('ENOENT')
  await writer.append(lines(1, 5))
  writer.settled([[1, 5]])
  await writer.close()
  expect(filesIn(directory)).toEqual([])
})

test('an ended segment is deleted as soon as its last line is settled, in any order', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { segmentBytes: 4096 })
  for (let first = 1; first < 100; first += 10) {
    await writer.append(lines(first, first + 9, 'x'.repeat(300)))
  }
  const before = writer.usage.segments
  expect(before).toBeGreaterThan(5)
  writer.settled([[11, 100]])
  writer.settled([[1, 9]])
  expect(writer.stored.toString()).toBe('10')
  expect(writer.usage.segments).toBe(2)
  writer.settled([[10, 10]])
  expect(writer.usage.segments).toBe(1)
  await writer.close()
  expect(filesIn(directory)).toEqual([])
})

test('a close waits for a segment that is being deleted', async () => {
  const directory = spoolDirectory()
  let removals = 0
  // The first takes longer than the close has to do otherwise.
  const remove = async (path: string): Promise<void> => {
    if (removals++ === 0) await sleep(200)
    await nodeFiles.remove(path)
  }
  const { writer } = openWriter(directory, {
    segmentBytes: 4096,
    files: { ...nodeFiles, remove },
  })
  await writer.append(lines(1, 10, 'x'.repeat(300)))
  await writer.append(lines(11, 20, 'x'.repeat(300)))
  writer.settled([[1, 20]])
  expect(filesIn(directory)).toHaveLength(2)
  await writer.close()
  expect(filesIn(directory)).toEqual([])
})

test('appends that are not awaited keep their order', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  const outcomes = await Promise.all(lines(1, 200).map((each) => writer.append([each])))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  await writer.close()
  const { texts } = await drainAll(directory)
  expect(texts).toEqual(lines(1, 200).map((_, index) => `line ${index + 1}`))
})

test('appendSync writes what append has not written yet first, and each record once', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  await writer.append([line(1)])
  const pending = [writer.append([line(2)]), writer.append([line(3)])]
  expect(writer.appendSync([line(4)])).toEqual({ ok: true })
  expect(await Promise.all(pending)).toEqual([{ ok: true }, { ok: true }])
  await writer.append([line(5)])
  await writer.close()
  const { texts } = await drainAll(directory)
  expect(texts).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5'])
})

test('appendSync as the first call makes the directory and the segment by itself', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  const pending = writer.append([line(1)])
  expect(writer.appendSync([line(2)])).toEqual({ ok: true })
  expect(await pending).toEqual({ ok: true })
  await writer.close()
  const { texts, outcome } = await drainAll(directory)
  expect(texts).toEqual(['line 1', 'line 2'])
  expect(outcome.segments).toBe(1)
})

test('the mark keeps the highest sequence given out, though its lines never came', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { markIntervalMs: 1 })
  await writer.append(lines(1, 3))
  for (let sequence = 4; sequence <= 50; sequence++) writer.markIssued(sequence)
  await expect
    .poll(async () => (await inspectSpool(directory, { clock: systemClock })).segments[0]?.issued)
    .toBe(50)
})

test('what is settled is marked as sent, so that a killed process leaves nothing to send again', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  await writer.append(lines(1, 30))
  writer.settled([[1, 30]])
  await expect
    .poll(async () => (await inspectSpool(directory, { clock: systemClock })).segments)
    .toMatchObject([{ lines: 0, issued: 30, damage: undefined }])
})

test('with marksFirst a segment is begun before there is a record', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { marksFirst: true, markIntervalMs: 1 })
  writer.markIssued(1)
  writer.markIssued(7)
  await expect
    .poll(async () => (await inspectSpool(directory, { clock: systemClock })).segments[0]?.issued)
    .toBe(7)
  expect(await writer.append([line(1)])).toEqual({ ok: true })
  expect(writer.usage.segments).toBe(1)
})

test('the oldest own segments go when the directory is full, and which lines that were is told', async () => {
  const directory = spoolDirectory()
  const { writer, losses, instance } = openWriter(directory, {
    maxBytes: 65_536,
    segmentBytes: 8192,
  })
  const text = 'x'.repeat(500)
  for (let first = 1; first <= 400; first += 4) await writer.append(lines(first, first + 3, text))
  const lost = SequenceRanges.of(losses.flatMap(({ sequences }) => [...sequences]))
  expect(losses[0]).toMatchObject({ reason: 'spool-full', instance, isOwn: true })
  expect(lost.first).toBe(1)
  expect(lost.length).toBe(1)
  expect(writer.stored.toString()).toBe(`${lost.last! + 1}-400`)
  const bytes = filesIn(directory).map((name) => statSync(join(directory, name)).size)
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(65_536)
})

test('a record that is larger than the whole spool is refused as spool-full', async () => {
  const { writer } = openWriter(spoolDirectory(), { maxBytes: 65_536 })
  const outcome = await writer.append([line(1, 'x'.repeat(65_536))])
  expect(outcome).toMatchObject({ ok: false, reason: 'spool-full' })
})

test('records past the bound of what waits for the disk are refused, and the rest is written', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { pendingMaxBytes: 4000 })
  const outcomes = await Promise.all(
    [1, 2, 3].map((n) => writer.append([line(n, 'x'.repeat(1900))])),
  )
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false])
  expect(outcomes[2]).toMatchObject({
    reason: 'spool-failed',
    detail: expect.stringContaining('4000'),
  })
})

test('a writer sends its own lines while it goes on writing, and the rest in the next call', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  await writer.append(lines(1, 10))
  const sent: StoredRecord[] = []
  const publish = async (_head: unknown, records: readonly StoredRecord[]): Promise<boolean> => {
    if (sent.length === 0) await writer.append(lines(11, 12))
    sent.push(...records)
    return true
  }
  expect(await writer.drain({ publish })).toEqual({ records: 10, segments: 1, isDone: true })
  expect(writer.stored.toString()).toBe('11-12')
  expect(await writer.drain({ publish })).toMatchObject({ records: 2, isDone: true })
  expect(sent.map(({ sequence }) => sequence)).toEqual(lines(1, 12).map(({ sequence }) => sequence))
  expect(filesIn(directory)).toEqual([])
})

test('a publisher that says no is asked again for exactly what it has not taken', async () => {
  const { writer } = openWriter(spoolDirectory())
  await writer.append(lines(1, 10))
  const sent: number[] = []
  let answers = [true, false]
  const publish = (_head: unknown, records: readonly StoredRecord[]): Promise<boolean> => {
    const answer = answers.shift() ?? true
    if (answer) sent.push(...records.map(({ sequence }) => sequence))
    return Promise.resolve(answer)
  }
  expect(await writer.drain({ publish, batchRecords: 4 })).toMatchObject({
    records: 4,
    isDone: false,
  })
  answers = []
  expect(await writer.drain({ publish, batchRecords: 4 })).toMatchObject({
    records: 6,
    isDone: true,
  })
  expect(sent).toEqual(lines(1, 10).map(({ sequence }) => sequence))
})

test('lines that were settled meanwhile are not sent by a drain', async () => {
  const { writer } = openWriter(spoolDirectory())
  await writer.append(lines(1, 6))
  writer.settled([[2, 5]])
  const sent: number[] = []
  await writer.drain({
    publish: (_head, records) => {
      sent.push(...records.map(({ sequence }) => sequence))
      return Promise.resolve(true)
    },
  })
  expect(sent).toEqual([1, 6])
})

test('a directory that vanishes is made again, and only what lay in it is lost and told', async () => {
  const directory = spoolDirectory()
  const { writer, losses, notes } = openWriter(directory)
  await writer.append(lines(1, 3))
  rmSync(directory, { recursive: true })
  expect(await writer.append(lines(4, 5))).toEqual({ ok: true })
  expect(losses).toMatchObject([{ reason: 'spool-failed', isOwn: true }])
  expect(losses[0]!.sequences.toString()).toBe('1-3')
  expect(notes).toEqual([])
  await writer.close()
  expect((await drainAll(directory)).texts).toEqual(['line 4', 'line 5'])
})

test('the end of a process finds a vanished directory and makes it again', async () => {
  const directory = spoolDirectory()
  const { writer, losses } = openWriter(directory)
  await writer.append(lines(1, 3))
  rmSync(directory, { recursive: true })
  expect(writer.appendSync(lines(4, 5))).toEqual({ ok: true })
  expect(losses[0]!.sequences.toString()).toBe('1-3')
  await writer.close()
  expect((await drainAll(directory)).texts).toEqual(['line 4', 'line 5'])
})
