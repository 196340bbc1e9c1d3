// A service of a chaos run: it logs its share of the lines, over as many processes as the faults make of it.
import { join } from 'node:path'
import { Child } from './child.ts'
import { type Incarnation, loggedCount } from './journal.ts'

export type ServiceKind = 'worker' | 'stream'

export interface ServiceSettings {
  name: string
  /** `worker`: pino's worker thread; `stream`: in the service's own thread. */
  kind: ServiceKind
  durability: 'overflow' | 'always'
  /** Lines that it is to log. */
  lines: number
  /** Lines per second. */
  rate: number
  brokers: readonly string[]
  topic: string
  spoolDirectory: string
  spoolMaxBytes: number
  memoryMaxBytes: number
  /** Where journals and logs go. */
  directory: string
}

/** What programs/service.mjs is told. */
interface ServicePlan {
  service: string
  incarnation: string
  kind: ServiceKind
  lines: number
  rate: number
  journal: string
  ending: 'close' | 'exit'
  /** For the transport. */
  options: Record<string, unknown>
}

export class ServiceActor {
  readonly settings: ServiceSettings
  readonly incarnations: Incarnation[] = []
  #child: Child | undefined
  #isClosed = false

  constructor(settings: ServiceSettings) {
    this.settings = settings
  }

  get name(): string {
    return this.settings.name
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.end === undefined
  }

  /** Lines that it has logged so far, in all its processes. */
  get logged(): number {
    return this.incarnations.reduce((sum, { journal }) => sum + loggedCount(journal), 0)
  }

  get isDone(): boolean {
    return this.logged >= this.settings.lines && !this.isRunning
  }

  /** Logs what is left of its share. Does nothing when it runs, or when nothing is left. */
  start(): void {
    const left = this.settings.lines - this.logged
    if (this.#isClosed || this.isRunning || left <= 0) return
    this.#start(left, this.incarnations.length % 2 === 0 ? 'close' : 'exit')
  }

  /** One more process, which logs `lines` beyond the share. */
  startExtra(lines: number): void {
    this.#start(lines, 'close')
  }

  #start(lines: number, ending: ServicePlan['ending']): void {
    const { name, kind, rate, directory, ...settings } = this.settings
    const number = this.incarnations.length + 1
    const incarnation = `${name}-${number}`
    const journal = join(directory, `${incarnation}.journal`)
    const plan: ServicePlan = {
      service: name,
      incarnation,
      kind,
      lines,
      rate,
      journal,
      ending,
      options: {
        brokers: settings.brokers,
        topic: settings.topic,
        durability: settings.durability,
        memoryMaxBytes: settings.memoryMaxBytes,
        spool: { directory: settings.spoolDirectory, maxBytes: settings.spoolMaxBytes },
      },
    }
    const child = new Child({
      name: incarnation,
      parameters: ['test/chaos/programs/service.mjs', JSON.stringify(plan)],
      environment: {},
      logFile: join(directory, `${name}.log`),
    })
    this.#child = child
    this.incarnations.push({
      name: incarnation,
      service: name,
      durability: settings.durability,
      journal,
      diskWasFull: false,
    })
  }

  /** Undefined when it does not run. */
  signal(signal: NodeJS.Signals): boolean {
    if (!this.isRunning) return false
    this.#child?.signal(signal)
    return true
  }

  /** kill -9; its process's end is known to have been abrupt. False when it does not run. */
  async kill(): Promise<boolean> {
    const child = this.#child
    if (child === undefined || child.end !== undefined) return false
    const now = Date.now()
    await child.kill()
    const current = this.incarnations.at(-1)
    // It may have come to its own end in the same moment.
    if (child.end === 'SIGKILL' && current !== undefined) current.killedAtMs = now
    return true
  }

  /** Killed, and never started again. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.kill()
  }

  /** The spool of the running process could not be written for a while. */
  noteDiskFull(): void {
    const current = this.incarnations.at(-1)
    if (current !== undefined) current.diskWasFull = true
  }

  /** How its last process ended; undefined while it runs. */
  get end(): number | string | undefined {
    return this.#child?.end
  }

  tail(): string {
    return this.#child?.tail() ?? ''
  }

  /** Exit code or signal's name of the process that runs or ran last. */
  get ended(): Promise<number | string> {
    return this.#child?.ended ?? Promise.resolve('never started')
  }
}
