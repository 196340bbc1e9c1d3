// One process of a chaos run: started, signalled, waited for; its output goes to a file.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
/** The Node that npm installed, by which every program of the pipeline runs. */
export const pinnedNode = join(root, 'node_modules/.bin/node')

/** However the chaos run ends, its processes end with it. */
const guard = join(root, 'libs/workspace/src/die-with-parent.mjs')

export interface ChildPlan {
  name: string
  /** Program file, from the repository's root, and its parameters. */
  parameters: readonly string[]
  environment: Record<string, string>
  /** Takes standard output and standard error; written on from earlier starts. */
  logFile: string
}

export class Child {
  readonly plan: ChildPlan
  readonly #process: ChildProcess
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  #end: number | string | undefined

  constructor(plan: ChildPlan) {
    this.plan = plan
    const log = openSync(plan.logFile, 'a')
    this.#process = spawn(pinnedNode, ['--import', guard, ...plan.parameters], {
      cwd: root,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        ...plan.environment,
      },
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C in the terminal is for the chaos run alone, which then ends them in order.
      detached: true,
    })
    closeSync(log)
    this.ended = new Promise((resolve) => {
      const finish = (end: number | string): void => {
        this.#end = end
        resolve(end)
      }
      this.#process.once('error', (error) => finish(error.message))
      this.#process.once('exit', (code, signal) => finish(code ?? signal ?? 'unknown'))
    })
  }

  /** Undefined while it runs. */
  get end(): number | string | undefined {
    return this.#end
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
  }

  /** Its last lines, for a report. */
  tail(lines = 15): string {
    return readFileSync(this.plan.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  }
}
