import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SequenceRanges } from '@millrace/envelope'
import { systemClock } from '@millrace/foundation'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspectSpool, type StoredRecord } from '../src/index.ts'
import { frameHeadBytes } from '../src/frame.ts'
import { nodeFiles } from '../src/files.ts'
import { preludeBytes } from '../src/mark.ts'
import { SegmentReader } from '../src/segment-reader.ts'
import { segmentName } from '../src/segment-name.ts'
import {
  drainAll,
  filesIn,
  lines,
  newInstance,
  openWriter,
  spoolDirectory,
} from './support/spool.ts'

const bounds = { batchBytes: 1000, batchRecords: 7 }

/** The bytes of a segment with `count` lines of growing length, its name, and where each line begins. */
async function segmentBytes(
  count: number,
): Promise<{ bytes: Buffer; name: string; starts: number[] }> {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  for (const each of lines(1, count)) {
    await writer.append([{ ...each, value: Buffer.alloc(each.sequence * 3, 65 + each.sequence) }])
  }
  await writer.close()
  const [name = ''] = filesIn(directory)
  const bytes = readFileSync(join(directory, name))
  const starts: number[] = []
  let at = preludeBytes
  at += frameHeadBytes + bytes.readUInt32LE(at)
  for (; at < bytes.length; at += frameHeadBytes + bytes.readUInt32LE(at)) starts.push(at)
  expect(starts).toHaveLength(count)
  return { bytes, name, starts }
}

interface Read {
  sequences: number[]
  records: StoredRecord[]
  missing: SequenceRanges
  isDamaged: boolean
}

async function readBack(path: string, bytes: Buffer): Promise<Read> {
  writeFileSync(path, bytes)
  const reader = await SegmentReader.open({ files: nodeFiles, path, instance: '0'.repeat(16) })
  const records: StoredRecord[] = []
  for (let read = await reader.next(bounds); read; read = await reader.next(bounds)) {
    records.push(...read)
  }
  await reader.close()
  return {
    records,
    sequences: records.map(({ sequence }) => sequence),
    missing: reader.damage?.missing ?? new SequenceRanges(),
    isDamaged: reader.damage !== undefined,
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const count = 12

function scratchFile(): string {
  const directory = spoolDirectory()
  mkdirSync(directory)
  return join(directory, 'segment')
}

test('a segment cut off at any byte gives the lines before the cut, and says which are missing', async () => {
  const { bytes, starts } = await segmentBytes(count)
  const path = scratchFile()
  for (let length = 0; length < bytes.length; length++) {
    const read = await readBack(path, bytes.subarray(0, length))
    const whole = starts.filter((_, index) => (starts[index + 1] ?? bytes.length) <= length).length
    expect(read.sequences, `cut at ${length}`).toEqual(upTo(whole))
    if (length < preludeBytes) continue
    const missing = whole < count ? `${whole + 1}-${count}` : ''
    expect(read.missing.toString(), `cut at ${length}`).toBe(missing === '12-12' ? '12' : missing)
    expect(read.isDamaged).toBe(true)
  }
})

test('a bit that is flipped anywhere costs the lines from there on and no others, and they are named', async () => {
  const { bytes, starts } = await segmentBytes(count)
  const path = scratchFile()
  const bit = fc.nat({ max: bytes.length * 8 - 1 })
  await fc.assert(
    fc.asyncProperty(bit, async (position) => {
      const at = position >> 3
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1 << (position & 7)
      const read = await readBack(path, damaged)
      const isInMark = at >= 8 && at < preludeBytes
      const intact = isInMark ? count : starts.filter((start) => start <= at).length - 1
      expect(read.sequences).toEqual(upTo(Math.max(0, intact)))
      expect(read.isDamaged).toBe(!isInMark)
      if (isInMark) return
      const all = SequenceRanges.of([...read.missing, [1, intact]])
      expect(all.toString()).toBe(`1-${count}`)
    }),
    { numRuns: 400, examples: upTo(8).map((byte) => [(byte - 1) * 8]) },
  )
})

test('noise, zeros or anything else in place of a part never makes a reader fail or invent a line', async () => {
  const { bytes } = await segmentBytes(count)
  const { records: whole } = await readBack(scratchFile(), bytes)
  const path = scratchFile()
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400 }),
    fc.nat({ max: 400 }).map((length) => new Uint8Array(length + 1)),
    fc.nat({ max: 400 }).map((length) => new Uint8Array(length + 1).fill(255)),
  )
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length }), noise, async (at, part) => {
      const damaged = Buffer.alloc(Math.max(bytes.length, at + part.length))
      bytes.copy(damaged)
      Buffer.from(part).copy(damaged, at)
      const { records } = await readBack(path, damaged)
      expect(records).toEqual(whole.slice(0, records.length))
      if (at === bytes.length) expect(records).toHaveLength(count)
    }),
    { numRuns: 400 },
  )
})

test('any bytes at all are read as a segment without lines', async () => {
  const path = scratchFile()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      expect((await readBack(path, Buffer.from(bytes))).records).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('whatever lies in the directory, a drain sends what is readable and ends', async () => {
  const directory = spoolDirectory()
  const { writer, instance } = openWriter(directory)
  await writer.append(lines(1, 3))
  await writer.close()
  const stranger = newInstance()
  const name = (number: number): string =>
    segmentName({ createdAtMs: 1, instance: stranger, number, owner: 'free' })
  writeFileSync(join(directory, name(1)), '')
  writeFileSync(join(directory, name(2)), Buffer.alloc(5000))
  writeFileSync(join(directory, name(3)), Buffer.alloc(5000, 7))
  writeFileSync(join(directory, 'notes.txt'), 'mine')
  mkdirSync(join(directory, 'a-folder'))
  const { texts, outcome } = await drainAll(directory)
  expect(texts).toEqual(['line 1', 'line 2', 'line 3'])
  expect(outcome.left).toEqual([])
  const recovered = outcome.recovered.find((each) => each.instance === stranger)
  expect(recovered).toMatchObject({ head: undefined, issued: 0 })
  expect(recovered?.damages.map(({ reason }) => reason)).toEqual(['head', 'head'])
  expect(outcome.recovered.map((each) => each.instance)).toContain(instance)
  expect(filesIn(directory)).toEqual(['a-folder', 'notes.txt'])
})

test('a folder, a link or a pipe with the name of a segment is left alone', async () => {
  const directory = spoolDirectory()
  mkdirSync(directory)
  const path = (number: number): string => {
    const instance = newInstance()
    return join(directory, segmentName({ createdAtMs: 1, instance, number, owner: 'free' }))
  }
  mkdirSync(path(1))
  symlinkSync('/etc/hostname', path(2))
  execFileSync('mkfifo', [path(3)])
  const { outcome } = await drainAll(directory)
  expect(outcome).toMatchObject({ records: 0, segments: 0, recovered: [], left: [] })
  expect(filesIn(directory)).toHaveLength(3)
})

test('without its mark, the next segment tells how far a damaged one went', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory, { segmentBytes: 4096 })
  const text = 'x'.repeat(900)
  for (let first = 1; first <= 12; first += 4) await writer.append(lines(first, first + 3, text))
  await writer.close()
  const [path = ''] = filesIn(directory).map((name) => join(directory, name))
  const bytes = readFileSync(path)
  bytes.fill(0, 8, preludeBytes)
  const kept = bytes.length - 500
  writeFileSync(path, bytes.subarray(0, kept))
  const { outcome, records } = await drainAll(directory)
  const sent = SequenceRanges.of(records.map(({ sequence }) => [sequence, sequence] as const))
  const missing = outcome.recovered[0]!.missing
  expect(missing.count).toBe(1)
  sent.addAll(missing)
  expect(sent.toString()).toBe('1-12')
})

test('an inspection says what is damaged, and changes nothing', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  await writer.append(lines(1, 9))
  await writer.close()
  const [path = ''] = filesIn(directory).map((name) => join(directory, name))
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
  const { segments, foreign } = await inspectSpool(directory, { clock: systemClock })
  expect(foreign).toEqual([])
  expect(segments).toMatchObject([
    { lines: 8, firstSequence: 1, lastSequence: 8, issued: 9, damage: { reason: 'checksum' } },
  ])
  expect(segments[0]!.damage!.missing.toString()).toBe('9')
  expect(readFileSync(path).equals(bytes)).toBe(true)
  rmSync(path)
  expect((await inspectSpool(directory, { clock: systemClock })).segments).toEqual([])
})
