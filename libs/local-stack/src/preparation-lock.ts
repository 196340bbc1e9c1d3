// Before the servers: two runs that start at once do not fetch the jars twice.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Clock } from '@millrace/foundation'
import { LocalStackError } from './errors.ts'
import { isAlive } from './processes.ts'

export interface LockOptions {
  clock: Clock
  signal: AbortSignal | undefined
  /** Unit: ms. Default: 15 minutes, a slow line's time for 90 MB. */
  waitMaxMs?: number
}

const pollMs = 200

/**
 * Runs `work` while no other live process does. The lock only saves double work: the prepared folder is
 * renamed into place when it is complete, so even two preparations at once would not spoil it.
 */
export async function withPreparationLock(
  file: string,
  options: LockOptions,
  work: () => Promise<void>,
): Promise<void> {
  const { clock, signal, waitMaxMs = 15 * 60_000 } = options
  const deadline = clock.monotonicMs() + waitMaxMs
  while (!tryLock(file)) {
    if (signal?.aborted === true) {
      throw new LocalStackError('MILLRACE_STACK_ABORTED', 'The start was given up.')
    }
    if (clock.monotonicMs() >= deadline) {
      throw new LocalStackError(
        'MILLRACE_STACK_PREPARE_FAILED',
        `Process ${ownerOf(file) ?? '?'} has held ${file} for ${waitMaxMs / 1000} s; ` +
          'end that process, or remove the file when it no longer prepares the servers.',
      )
    }
    await clock.sleep(pollMs, signal)
  }
  try {
    await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const owner = ownerOf(file)
  if (owner !== undefined && !isAlive(owner)) {
    // Its owner died. Renaming first: of several waiters, one takes this very file away.
    const stale = `${file}.${process.pid}.stale`
    try {
      renameSync(file, stale)
      rmSync(stale, { force: true })
    } catch {
      // Another waiter was quicker.
    }
  }
  return false
}

function ownerOf(file: string): number | undefined {
  try {
    const owner = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(owner) && owner > 0 ? owner : undefined
  } catch {
    return undefined
  }
}
