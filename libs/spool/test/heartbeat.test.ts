import { rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  drainAll,
  filesIn,
  lines,
  openWriter,
  processTable,
  spoolDirectory,
} from './support/spool.ts'

/** A process of another container that shares the directory. */
const elsewhere = { processes: processTable({ place: 'feedbeef' }) }

const only = (directory: string): string => join(directory, filesIn(directory)[0]!)

/** As if nobody had touched the segment for two minutes. */
function grow(path: string): void {
  const at = Date.now() / 1000 - 120
  utimesSync(path, at, at)
}

test('held segments are touched, so that other containers see that their process lives', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { heartbeatMs: 10 })
  await writer.append(lines(1, 3))
  grow(only(directory))
  await expect.poll(() => Date.now() - statSync(only(directory)).mtimeMs).toBeLessThan(60_000)
  expect((await drainAll(directory, {}, elsewhere)).outcome.left).toMatchObject([
    { reason: 'held' },
  ])
})

test('a segment that disappears is noticed without another append, and its lines are told', async () => {
  const directory = spoolDirectory()
  const { writer, losses } = openWriter(directory, { heartbeatMs: 10 })
  await writer.append(lines(1, 3))
  rmSync(only(directory))
  await expect.poll(() => losses.length).toBe(1)
  expect(losses[0]!.sequences.toString()).toBe('1-3')
  expect(writer.usage.segments).toBe(0)
})

test('a process that another container takes for dead loses nothing: what it writes goes to a new segment', async () => {
  const directory = spoolDirectory()
  const { writer, losses } = openWriter(directory)
  await writer.append(lines(1, 3))
  grow(only(directory))
  const { texts } = await drainAll(directory, {}, elsewhere)
  expect(texts).toEqual(['line 1', 'line 2', 'line 3'])
  expect(await writer.append(lines(4, 5))).toEqual({ ok: true })
  // It can't know that they were sent, so they are told; ids absorb what is double.
  expect(losses[0]!.sequences.toString()).toBe('1-3')
  await writer.close()
  expect((await drainAll(directory)).texts).toEqual(['line 4', 'line 5'])
})
