import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  findRunningStart,
  removeRunFile,
  runDirectory,
  runFilePath,
  writeRunFile,
} from '../src/run-file.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-run-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const run = (pid: number) => ({
  kafka: ['127.0.0.1:9092'],
  elasticsearch: 'http://127.0.0.1:9200',
  services: { orders: 'http://127.0.0.1:3001' },
  processes: { start: pid },
})

test('the file holds what was started, is replaced as a whole, and leaves nothing beside it', () => {
  const root = folder()
  writeRunFile(root, run(1))
  writeRunFile(root, run(process.pid))
  expect(JSON.parse(readFileSync(runFilePath(root), 'utf8'))).toEqual(run(process.pid))
  expect(readdirSync(runDirectory(root))).toEqual(['run.json'])
  removeRunFile(root)
  removeRunFile(root)
  expect(readdirSync(runDirectory(root))).toEqual([])
})

test('only a living npm start counts as running, not a foreign process with its id', async () => {
  const root = folder()
  expect(findRunningStart(root)).toBeUndefined()
  const script = join(root, 'start.ts')
  writeFileSync(script, 'setInterval(() => {}, 1000)')
  const child = spawn(process.execPath, [script], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.once('spawn', resolve))
  writeRunFile(root, run(child.pid!))
  expect(findRunningStart(root)).toBe(child.pid)
  child.kill('SIGKILL')
  await ended
  expect(findRunningStart(root)).toBeUndefined()
  writeRunFile(root, run(process.ppid))
  expect(findRunningStart(root)).toBeUndefined()
})

test('a broken file is no reason to refuse a start', () => {
  const root = folder()
  mkdirSync(runDirectory(root))
  for (const text of ['', '{', 'null', '{"processes":{"start":"7"}}']) {
    writeFileSync(runFilePath(root), text)
    expect(findRunningStart(root)).toBeUndefined()
  }
})
