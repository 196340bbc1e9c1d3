import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from './support/command.ts'
import { leaveLines, spoolFolder } from './support/spooled.ts'

function damageLast(directory: string): void {
  const path = join(directory, readdirSync(directory)[0]!)
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
}

test('a directory that is empty, or that nobody has named and no transport has made yet, holds nothing, and that is well', async () => {
  const directory = spoolFolder()
  const environment = { MILLRACE_SPOOL_DIRECTORY: directory }
  const run = await runCommand(['spool', 'inspect'], { environment })
  expect(run).toMatchObject({ exitCode: 0, stdout: `Nothing lies in ${directory}.\n` })
  mkdirSync(directory)
  const resent = await runCommand(['spool', 'resend', directory])
  expect(resent).toMatchObject({ exitCode: 0, stdout: `Nothing to send in ${directory}.\n` })
})

test('inspect says whose lines there are, how many, and who has them', async () => {
  const directory = spoolFolder()
  const dead = await leaveLines(directory, { texts: ['a', 'b', 'c'] })
  await dead.writer.close()
  const living = await leaveLines(directory, { service: 'payments', texts: ['d'] })
  const { exitCode, stdout } = await runCommand(['spool', 'inspect', directory])
  expect(exitCode).toBe(0)
  const [first = '', second = '', third = '', fourth = '', sum = ''] = stdout.split('\n')
  expect(first).toBe(`${dead.instance}  orders  to topic logs at 127.0.0.1:9`)
  expect(second).toMatch(
    new RegExp(
      `^  000001, 3 lines, \\d+ bytes, \\d+ s old, ${dead.instance}-00000001 to ${dead.instance}-00000003, free to be sent$`,
    ),
  )
  expect(third).toBe(`${living.instance}  payments  to topic logs at 127.0.0.1:9`)
  expect(fourth).toMatch(new RegExp(`, held by process ${process.pid}$`))
  expect(sum).toMatch(
    /^2 segments of 2 instances: 4 lines, \d+ bytes; 1 free \("millrace spool resend" sends them\); 1 held by living processes$/,
  )
})

test('inspect --json has the same for a program, and damage makes it exit 1', async () => {
  const directory = spoolFolder()
  const { instance, writer } = await leaveLines(directory, { texts: ['a', 'b', 'c'] })
  await writer.close()
  damageLast(directory)
  const run = await runCommand(['spool', 'inspect', '--json'], {
    environment: { MILLRACE_SPOOL_DIRECTORY: directory },
  })
  expect(run.exitCode).toBe(1)
  expect(JSON.parse(run.stdout)).toMatchObject({
    directory,
    lines: 2,
    damaged: 1,
    missing: 1,
    segments: [
      {
        instance,
        service: 'orders',
        topic: 'logs',
        lines: 2,
        firstId: `${instance}-00000001`,
        lastId: `${instance}-00000002`,
        issued: 3,
        damage: { reason: 'checksum', missing: '3', missingCount: 1 },
      },
    ],
  })
  const { stdout } = await runCommand(['spool', 'inspect', directory])
  expect(stdout).toContain('a record does not have its checksum at byte')
  expect(stdout).toContain('1 line with them: 3')
})

test('a name given relative to the working directory is meant from there', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a'] })).writer.close()
  const run = await runCommand(['spool', 'inspect', 'spool'], { directory: dirname(directory) })
  expect(run.stdout).toContain('1 segment of 1 instance: 1 line')
})

test.each(['inspect', 'resend'])('%s of a directory that is not there says so', async (command) => {
  const directory = spoolFolder()
  const run = await runCommand(['spool', command, directory])
  expect(run).toMatchObject({ exitCode: 1, stdout: '' })
  expect(run.stderr).toBe(`millrace: there is no directory ${directory}\n`)
})

test('resend to brokers that cannot be any is a wrong configuration, and nothing is touched', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a'] })).writer.close()
  const before = readdirSync(directory)
  const run = await runCommand(['spool', 'resend', directory, '--brokers', 'banana'])
  expect(run).toMatchObject({ exitCode: 78, stdout: '' })
  expect(run.stderr).toContain('--brokers')
  expect(readdirSync(directory)).toEqual(before)
})

test('what cannot be sent stays, with the reason and exit code 1', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a', 'b'] })).writer.close()
  const run = await runCommand(['spool', 'resend', directory, '--timeout', '1'])
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toMatch(
    /^Sent 0 records from 0 segments of 0 instances\.\n1 segment left:\n  .*127\.0\.0\.1:9/,
  )
  const { stdout } = await runCommand(['spool', 'inspect', directory])
  expect(stdout).toContain('2 lines')
  expect(stdout).toContain('free to be sent')
})

test('what living processes hold is theirs to send, and no failure', async () => {
  const directory = spoolFolder()
  await leaveLines(directory, { texts: ['a'] })
  const run = await runCommand(['spool', 'resend', directory])
  expect(run.exitCode).toBe(0)
  expect(run.stdout).toContain('1 segment held by living processes, which send them.')
})

test('Ctrl-C ends a resend that waits for Kafka, and leaves everything', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a', 'b'] })).writer.close()
  const stopping = new AbortController()
  const running = runCommand(['spool', 'resend', directory, '--timeout', '600'], {
    context: { signal: stopping.signal },
  })
  await expect.poll(() => readdirSync(directory)[0]).not.toContain('.free.')
  stopping.abort()
  const { exitCode, stdout } = await running
  expect(exitCode).toBe(130)
  expect(stdout).toBe('Sent 0 records from 0 segments of 0 instances.\n1 segment left.\n')
  expect(readdirSync(directory)[0]).toContain('.free.')
})

test('brokers of a segment that no client can use are said, and the segment stays', async () => {
  const directory = spoolFolder()
  await (await leaveLines(directory, { texts: ['a'], brokers: ['not a broker'] })).writer.close()
  const run = await runCommand(['spool', 'resend', directory])
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toContain('not a broker')
})
