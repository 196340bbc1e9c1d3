// Where a running `npm start` says what it started: `.millrace/run.json`.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The file's content. Names and shapes are a contract: other programs read them. */
export interface RunFile {
  /** Kafka brokers, `host:port`. */
  kafka: string[]
  /** Elasticsearch's URL. */
  elasticsearch: string
  /** Service name -> base URL of its HTTP port. */
  services: Record<string, string>
  /** Process name -> process id; `start` is the process that started the others. */
  processes: Record<string, number>
}

export const runDirectory = (root: string): string => join(root, '.millrace')
export const runFilePath = (root: string): string => join(runDirectory(root), 'run.json')

/** Writes the file as a whole, so that a reader never sees half of it. */
export function writeRunFile(root: string, content: RunFile): void {
  const path = runFilePath(root)
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`)
  renameSync(draft, path)
}

export function removeRunFile(root: string): void {
  rmSync(runFilePath(root), { force: true })
}
