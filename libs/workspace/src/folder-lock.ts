// One `npm start` in a folder at a time: the second would delete or share the first one's data.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@millrace/foundation'
import { commandLine, isAlive } from '@millrace/local-stack'

const triesMax = 3

/**
 * Takes the folder for this process; a lock that a dead process left is taken over.
 * @returns gives the folder back; safe to call twice.
 * @throws ConfigError that names the process which has the folder.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'start.lock')
  for (let tries = 1; ; tries++) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => {
        if (ownerOf(path) === process.pid) rmSync(path, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries >= triesMax) throw error
    }
    const owner = ownerOf(path)
    if (owner !== undefined && isStart(owner)) {
      throw new ConfigError(
        'MILLRACE_CONFIG_VALUE',
        `npm start already runs in this folder (process ${owner}); stop it with Ctrl-C there, or with: kill ${owner}`,
      )
    }
    rmSync(path, { force: true })
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** A process id is used again after a restart of the machine, so the command line has to fit too. */
function isStart(pid: number): boolean {
  return pid !== process.pid && isAlive(pid) && commandLine(pid).includes('start.ts')
}
