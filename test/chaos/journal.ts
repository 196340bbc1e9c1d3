// The ground truth: what each process of a service wrote down of the lines that it logged.
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** One process of a service. Its lines are numbered from 1, and so are its instance's sequences. */
export interface Incarnation {
  /** `<service>-<number>`; also ECS `service.node.name` of its lines. */
  name: string
  service: string
  durability: 'overflow' | 'always'
  journal: string
  /** When kill -9 was sent; absent when it ended by itself. */
  killedAtMs?: number
  diskWasFull: boolean
}

export interface Journal {
  /** When each line was logged, by its number less 1. Epoch ms. */
  loggedAtMs: number[]
  /** It said itself that it had logged everything. */
  isComplete: boolean
  /** What the transport reported as given up. */
  drops: { reason: string; count: number }[]
  errors: string[]
}

const tailBytes = 4_096

/** Number of the last line in the journal, read from its end only. */
export function loggedCount(path: string): number {
  if (!existsSync(path)) return 0
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const start = Math.max(0, size - tailBytes)
    const bytes = Buffer.alloc(size - start)
    readSync(file, bytes, 0, bytes.length, start)
    const lines = bytes.toString().split('\n').slice(0, -1)
    const last = lines.findLast((line) => /^\d+ \d+$/.test(line))
    return last === undefined ? 0 : Number.parseInt(last, 10)
  } finally {
    closeSync(file)
  }
}

/** Reads a journal; a last row that kill -9 cut off is left out. */
export function readJournal(path: string): Journal {
  const journal: Journal = { loggedAtMs: [], isComplete: false, drops: [], errors: [] }
  if (!existsSync(path)) return journal
  for (const row of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const space = row.indexOf(' ')
    const name = row.slice(0, space)
    const rest = row.slice(space + 1)
    if (name === 'drop') journal.drops.push(JSON.parse(rest) as Journal['drops'][number])
    else if (name === 'error') journal.errors.push(JSON.parse(rest) as string)
    else if (name === 'logged') journal.isComplete = true
    else if (/^\d+$/.test(name)) journal.loggedAtMs[Number(name) - 1] = Number(rest)
  }
  return journal
}
