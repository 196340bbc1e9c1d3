// Who has a segment: a process, told from every other one, so that a killed one holds nothing and a reused pid is not mistaken for it.
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { FileFacts } from './files.ts'
import { free } from './segment-name.ts'

/** A segment that nobody has touched for so long is free, where its process can't be asked. Unit: ms. */
export const heartbeatTimeoutMs = 60_000

/** What the operating system says about processes; tests put their own in its place. */
export interface ProcessTable {
  readonly pid: number
  /** The same for all processes that see each other's pids, and for no others: machine, boot and pid namespace. */
  readonly place: string
  /** A number that differs for two processes that had the same pid; undefined where the system does not tell. */
  startOf(pid: number): number | 'gone' | undefined
}

/** `<pid>-<start>-<place>`; the start is 0 where the system does not tell it. */
export function ownerToken(table: ProcessTable): string {
  const start = table.startOf(table.pid)
  const mark = typeof start === 'number' ? start.toString(36) : '0'
  return `${table.pid}-${mark}-${table.place}`
}

export type Holder = 'nobody' | 'self' | 'other'

/**
 * Who holds a segment now. A process of this machine and pid namespace holds it exactly as long as it lives (a zombie does not). Any
 * other one, and a thread of this process that has ended without closing, is known by its heartbeat only.
 */
export function holderOf(
  owner: string,
  { modifiedAtMs }: Pick<FileFacts, 'modifiedAtMs'>,
  nowMs: number,
  table: ProcessTable,
): Holder {
  if (owner === free) return 'nobody'
  const hasHeartbeat = nowMs - modifiedAtMs < heartbeatTimeoutMs
  if (owner === ownerToken(table)) return hasHeartbeat ? 'self' : 'nobody'
  const [pid = '', start, place] = owner.split('-')
  if (place !== table.place) return hasHeartbeat ? 'other' : 'nobody'
  const now = table.startOf(Number(pid))
  if (now === 'gone') return 'nobody'
  if (now !== undefined && start !== '0') return now.toString(36) === start ? 'other' : 'nobody'
  return hasHeartbeat ? 'other' : 'nobody'
}

export const systemProcesses: ProcessTable = {
  pid: process.pid,
  place: placeOfThisProcess(),
  startOf: startOfProcess,
}

/** Linux: field 22 of /proc/PID/stat (proc_pid_stat(5)), clock ticks after boot. */
function startOfProcess(pid: number): number | 'gone' | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie runs nothing any more; it waits for its parent to look.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone'
    return Number(fields[19])
  } catch {
    // No /proc, or one that shows only our own processes (hidepid).
    return exists(pid) ? undefined : 'gone'
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH'
  }
}

function placeOfThisProcess(): string {
  const parts = [
    readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    readOr('', () => readlinkSync('/proc/self/ns/pid')),
  ]
  const text = parts.includes('') ? `host ${hostname()}` : parts.join('\0')
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

function readOr(otherwise: string, readIt: () => string): string {
  try {
    return readIt()
  } catch {
    return otherwise
  }
}
