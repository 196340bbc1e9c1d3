// A folder in which an `npm start` seems to run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes `.millrace/run.json` with the given members changed; returns a folder two levels below. */
export function folderWithRunFile(change: object | string = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, '.millrace'))
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  const content = {
    kafka: ['127.0.0.1:1'],
    elasticsearch: 'http://127.0.0.1:1',
    services: {},
    processes: { start: process.pid },
  }
  const text = typeof change === 'string' ? change : JSON.stringify({ ...content, ...change })
  writeFileSync(join(folder, '.millrace/run.json'), text)
  return join(folder, 'a/b')
}
