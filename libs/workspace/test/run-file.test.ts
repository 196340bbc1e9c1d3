import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeRunFile, runDirectory, runFilePath, writeRunFile } from '../src/run-file.ts'

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
