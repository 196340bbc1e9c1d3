// Before a server: whether another run still uses its directory.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '@millrace/foundation'
import { LocalStackError } from './errors.ts'
import { commandLine, isAlive } from './processes.ts'

const pollMs = 100

export function pidFilePath(directory: string, name: string): string {
  return join(directory, `${name}.pid`)
}

/** Holds the server's process and ours, which started it. */
export function writePidFile(file: string, serverPid: number): void {
  writeFileSync(file, `${serverPid} ${process.pid}\n`)
}

/**
 * Waits while the server of an earlier run, whose parent died, is on its way out. Throws
 * `MILLRACE_STACK_DIRECTORY` at once when the parent lives, since then that run owns the directory, and
 * when the server is still there after `waitMaxMs`.
 */
export async function waitForPredecessor(
  file: string,
  name: string,
  clock: Clock,
  waitMaxMs = 20_000,
): Promise<void> {
  const [serverPid, parentPid] = readPids(file)
  if (serverPid === undefined) return
  const directory = dirname(file)
  const deadline = clock.monotonicMs() + waitMaxMs
  // An id may have been given to another program since: ours names the directory.
  while (isAlive(serverPid) && commandLine(serverPid).includes(directory)) {
    const isOwned = parentPid !== undefined && isAlive(parentPid)
    if (isOwned || clock.monotonicMs() >= deadline) {
      throw new LocalStackError(
        'MILLRACE_STACK_DIRECTORY',
        `${directory} is in use by ${name} (process ${serverPid}), which process ${parentPid} ` +
          `started. Stop ${isOwned ? 'that one' : 'the server'}, or choose another directory.`,
      )
    }
    await clock.sleep(pollMs)
  }
}

function readPids(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split(' ').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}
