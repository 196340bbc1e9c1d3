import {
  chownSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { inspectSpool } from '../src/index.ts'
import { startProgram } from './support/program.ts'
import {
  drainAll,
  filesIn,
  line,
  lines,
  newInstance,
  openWriter,
  spoolDirectory,
} from './support/spool.ts'

const isRoot = process.getuid?.() === 0

test('a file that the system does not let grow any more: every line that was acknowledged is read back, and only those', async () => {
  const directory = spoolDirectory()
  // The limit is a real one of the operating system: a write that crosses it is cut short, the next one fails.
  const holder = startProgram('hold.ts', [directory, newInstance(), '600'], {
    shell: 'ulimit -f 8',
  })
  await holder.printed('ready')
  await expect
    .poll(async () => {
      const { segments } = await inspectSpool(directory, { clock: systemClock })
      return Math.max(...segments.map(({ issued }) => issued))
    })
    .toBe(605)
  holder.child.kill('SIGKILL')
  await holder.ended
  const acknowledged = holder.lines().filter((each) => /^\d+$/.test(each))
  const refused = holder.lines().filter((each) => each.startsWith('spool-failed'))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]).toContain('EFBIG')
  expect(holder.stderr()).toContain('the spool takes no lines: EFBIG')
  expect(holder.stderr()).toContain('the spool takes lines again')
  const { records, outcome } = await drainAll(directory)
  expect(records.map(({ sequence }) => String(sequence))).toEqual(acknowledged)
  expect(outcome.recovered).toMatchObject([{ damages: [], issued: 605 }])
})

test('a directory that this user may not write to is a refusal and a note, again and again, and never a throw', async () => {
  const directory = spoolDirectory()
  mkdirSync(directory)
  chmodSync(directory, 0o555)
  chmodSync(dirname(directory), 0o755)
  // Root may write anywhere, so it becomes somebody else for this.
  const who = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  const holder = startProgram('hold.ts', [directory, newInstance(), '5', 'false'], who)
  await holder.printed('ready')
  const said = holder.lines().filter((each) => each !== 'ready')
  expect(said).toHaveLength(5)
  for (const each of said) expect(each).toMatch(/^spool-failed: EACCES/)
  expect(filesIn(directory)).toEqual([])
})

test.each([
  ['is a file', (directory: string) => writeFileSync(directory, 'x')],
  [
    'lies below a file',
    (directory: string) => writeFileSync(dirname(directory) + '/f', 'x'),
    '../f/spool',
  ],
  ['is a link into nothing', (directory: string) => symlinkSync('/nonexistent/x', directory)],
])(
  'a directory that %s is a refusal, for append and for the end of the process',
  async (_name, make, path = '.') => {
    const directory = spoolDirectory()
    make(directory)
    const { writer, notes } = openWriter(join(directory, path))
    expect(await writer.append([line(1)])).toMatchObject({ ok: false, reason: 'spool-failed' })
    expect(writer.appendSync([line(2)])).toMatchObject({ ok: false, reason: 'spool-failed' })
    expect(notes[0]).toMatch(
      /^the spool takes no lines: (E\w+: |\S+ is not a directory).*; next try in 1 s$/,
    )
    expect(writer.isUsable).toBe(false)
    await writer.close()
  },
)

test('a directory that belongs to somebody else, is open to all or is a link is refused where it must be our own', async () => {
  const directory = spoolDirectory()
  mkdirSync(directory)
  chmodSync(directory, 0o777)
  const open = openWriter(directory)
  expect(await open.writer.append([line(1)])).toMatchObject({
    reason: 'spool-failed',
    detail: `${directory} can be written to by everybody`,
  })
  chmodSync(directory, 0o700)
  const link = `${directory}-link`
  symlinkSync(directory, link)
  const linked = openWriter(link)
  expect(await linked.writer.append([line(1)])).toMatchObject({ reason: 'spool-failed' })
  expect(linked.writer.appendSync([line(1)])).toMatchObject({
    detail: `${link} is not a directory but a file or a link`,
  })
  // Where the directory was named on purpose, links and other owners are fine.
  const named = openWriter(link, { mustOwnDirectory: false })
  expect(await named.writer.append([line(1)])).toEqual({ ok: true })
})

test("another user's directory is refused where it must be our own", async () => {
  // Only root can give a directory away; for everybody else the system's own ones belong to another.
  const directory = isRoot ? spoolDirectory() : '/usr'
  if (isRoot) {
    mkdirSync(directory, { mode: 0o700 })
    chownSync(directory, 65_534, 65_534)
  }
  const { writer } = openWriter(directory)
  expect(await writer.append([line(1)])).toMatchObject({
    reason: 'spool-failed',
    detail: `${directory} belongs to user ${isRoot ? 65_534 : 0}, and this process is user ${process.getuid?.()}`,
  })
})

test('a place where no directory can be made is a refusal, and the search for one comes to an end', async () => {
  // Below /proc, mkdir fails with ENOENT although the parent is there; Node's recursive mkdir never ends on that.
  const { writer } = openWriter('/proc/millrace/spool')
  expect(await writer.append([line(1)])).toMatchObject({ ok: false, reason: 'spool-failed' })
  expect(writer.appendSync([line(1)])).toMatchObject({ ok: false, reason: 'spool-failed' })
})

test('what applications log is for the eyes of their user only', async () => {
  const directory = spoolDirectory()
  const { writer } = openWriter(directory)
  await writer.append([line(1)])
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, filesIn(directory)[0]!)).mode & 0o777).toBe(0o600)
})

test('after a failure nothing is tried for a while, each time for longer, and then it goes on by itself', async () => {
  const directory = spoolDirectory()
  writeFileSync(directory, 'in the way')
  const { writer, notes } = openWriter(directory, { retryInitialMs: 20, retryMaxMs: 50 })
  expect(await writer.append([line(1)])).toMatchObject({ ok: false })
  // Refused without a try: no note of a second failure.
  expect(await writer.append([line(1)])).toMatchObject({ ok: false })
  expect(notes).toHaveLength(1)
  await expect.poll(() => writer.isUsable).toBe(true)
  expect(await writer.append([line(1)])).toMatchObject({ ok: false })
  await expect.poll(() => writer.isUsable).toBe(true)
  expect(await writer.append([line(1)])).toMatchObject({ ok: false })
  expect(notes.map((note) => /next try in (.*)$/.exec(note)?.[1])).toEqual([
    '0.02 s',
    '0.04 s',
    '0.05 s',
  ])
  rmSync(directory)
  await expect.poll(() => writer.isUsable).toBe(true)
  expect(await writer.append(lines(1, 2))).toEqual({ ok: true })
  expect(notes.at(-1)).toBe('the spool takes lines again')
})
