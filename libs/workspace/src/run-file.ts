// Where a running `npm start` says what it started: `.millrace/run.json`.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandLine, isAlive } from '@millrace/local-stack'

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

/** The pid of an `npm start` that still runs in this folder; undefined when there is none. */
export function findRunningStart(root: string): number | undefined {
  const path = runFilePath(root)
  if (!existsSync(path)) return undefined
  let pid: unknown
  try {
    pid = (JSON.parse(readFileSync(path, 'utf8')) as Partial<RunFile>).processes?.['start']
  } catch {
    return undefined
  }
  if (typeof pid !== 'number' || pid === process.pid || !isAlive(pid)) return undefined
  // A process id is used again after a restart of the machine, so the command line has to fit too.
  return commandLine(pid).includes('start.ts') ? pid : undefined
}
