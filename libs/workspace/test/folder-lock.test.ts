import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockFolder } from '../src/folder-lock.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-lock-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a folder that was taken is given back once, and twice without harm', () => {
  const path = folder()
  const unlock = lockFolder(path)
  expect(readFileSync(join(path, 'start.lock'), 'utf8')).toBe(String(process.pid))
  unlock()
  unlock()
  expect(readdirSync(path)).toEqual([])
})

test('a living npm start keeps its folder, and a dead one does not', async () => {
  const path = folder()
  const script = join(path, 'start.ts')
  writeFileSync(script, 'setInterval(() => {}, 1000)')
  const child = spawn(process.execPath, [script], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.once('spawn', resolve))
  writeFileSync(join(path, 'start.lock'), String(child.pid))
  expect(() => lockFolder(path)).toThrow(`process ${child.pid}`)
  child.kill('SIGKILL')
  await ended
  lockFolder(path)()
})

test('a lock of a foreign process, or one that cannot be read, is no reason to refuse a start', () => {
  const path = folder()
  for (const text of [String(process.ppid), '', 'seven', '-1']) {
    writeFileSync(join(path, 'start.lock'), text)
    const unlock = lockFolder(path)
    expect(readFileSync(join(path, 'start.lock'), 'utf8')).toBe(String(process.pid))
    unlock()
  }
})
