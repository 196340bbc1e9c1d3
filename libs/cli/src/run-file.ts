// Where a running `npm start` left the addresses of its servers: `.millrace/run.json`.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface RunningStart {
  /** The file that says so. */
  path: string
  kafka: string[]
  elasticsearch: string
}

/**
 * The nearest `.millrace/run.json`, from `directory` upwards. Undefined when there is none, when it can't
 * be read, or when the process that wrote it has ended.
 */
export function findRunningStart(directory: string): RunningStart | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, '.millrace', 'run.json')
    const text = readIfAny(path)
    if (text !== undefined) return parse(path, text)
    if (dirname(folder) === folder) return undefined
  }
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse(path: string, text: string): RunningStart | undefined {
  let content: { kafka?: unknown; elasticsearch?: unknown; processes?: { start?: unknown } } | null
  try {
    content = JSON.parse(text)
  } catch {
    return undefined
  }
  const kafka = content?.kafka
  const elasticsearch = content?.elasticsearch
  const start = content?.processes?.start
  if (!Array.isArray(kafka) || !kafka.every((broker) => typeof broker === 'string'))
    return undefined
  if (typeof elasticsearch !== 'string') return undefined
  if (typeof start === 'number' && !isAlive(start)) return undefined
  return { path, kafka, elasticsearch }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
