import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withPreparationLock } from '../src/preparation-lock.ts'
import { prepareServers } from '../src/prepare.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-prepare-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const clock = systemClock

/** A JDK and a Maven that only leave what the real ones would. */
function fakeTools(maven: string): { jdk: { home: string; version: number }; PATH: string } {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const write = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  write('java', '')
  write('javac', '')
  write('mvn', maven)
  return { jdk: { home: folder, version: 21 }, PATH: `${bin}:/bin:/usr/bin` }
}

const copyJars = `
echo run >> "$0.runs"
for last; do :; done
target="\${last#-Dmillrace.servers=}"
mkdir -p "$target/kafka" "$target/elasticsearch"
touch "$target/elasticsearch/elasticsearch-9.jar" "$target/elasticsearch/netty-common-4.jar"
touch "$target/elasticsearch/transport-netty4-9.5.3.jar"
sleep 0.3`

test('without Maven, one line says what it is for and how to get it', async () => {
  const preparing = prepareServers({
    jdk: { home: folder, version: 21 },
    environment: { PATH: folder },
    clock,
    directory: join(folder, 'servers'),
  })
  await expect(preparing).rejects.toMatchObject({
    code: 'MILLRACE_STACK_NO_MAVEN',
    message: expect.stringMatching(/^Maven fetches .* no `mvn` on the PATH\. Install it/),
  })
})

test('when Maven fails, its own error lines are quoted and nothing is left half done', async () => {
  const { jdk, PATH } = fakeTools(
    'echo "[INFO] scanning"; echo "[ERROR] Could not resolve kafka"; exit 3',
  )
  const directory = join(folder, 'servers')
  const preparing = prepareServers({ jdk, environment: { PATH }, clock, directory })
  await expect(preparing).rejects.toMatchObject({
    code: 'MILLRACE_STACK_PREPARE_FAILED',
    message:
      '`mvn` failed with exit code 3 while it prepared the servers: [ERROR] Could not resolve kafka',
  })
  expect(readdirSync(directory)).toEqual([])
})

test('two preparations at once run Maven once, and the HTTP module leaves the class path', async () => {
  const { jdk, PATH } = fakeTools(copyJars)
  const options = { jdk, environment: { PATH }, clock, directory: join(folder, 'servers') }
  const [first, second] = await Promise.all([prepareServers(options), prepareServers(options)])
  expect(second).toBe(first)
  expect(readFileSync(join(folder, 'bin/mvn.runs'), 'utf8')).toBe('run\n')
  expect(readdirSync(join(first, 'elasticsearch'))).toEqual(['elasticsearch-9.jar'])
  const module = join(first, 'elasticsearch-home/modules/transport-netty4')
  expect(readdirSync(module).sort()).toEqual([
    'netty-common-4.jar',
    'plugin-descriptor.properties',
    'transport-netty4-9.5.3.jar',
  ])
  expect(readFileSync(join(module, 'plugin-descriptor.properties'), 'utf8')).toContain(
    'elasticsearch.version=9.5.3\n',
  )
})

test('a prepared folder needs no Maven', async () => {
  const { jdk, PATH } = fakeTools(copyJars)
  const directory = join(folder, 'servers')
  const first = await prepareServers({ jdk, environment: { PATH }, clock, directory })
  expect(await prepareServers({ jdk, environment: {}, clock, directory })).toBe(first)
})

test('the lock of a process that died is taken over', async () => {
  const file = join(folder, 'lock')
  const dead = spawnSync('/bin/sh', ['-c', 'exit 0']).pid
  writeFileSync(file, String(dead))
  let ran = false
  await withPreparationLock(file, { clock, signal: undefined }, async () => {
    ran = true
  })
  expect(ran).toBe(true)
  expect(existsSync(file)).toBe(false)
})

test('the lock of a process that lives is waited for until the bound, then it is named', async () => {
  const file = join(folder, 'lock')
  writeFileSync(file, String(process.pid))
  const waiting = withPreparationLock(file, { clock, signal: undefined, waitMaxMs: 0 }, () =>
    Promise.reject(new Error('must not run')),
  )
  await expect(waiting).rejects.toMatchObject({
    code: 'MILLRACE_STACK_PREPARE_FAILED',
    message: expect.stringContaining(`Process ${process.pid} has held ${file}`),
  })
})
