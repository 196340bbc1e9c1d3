// Everything that `npm start` runs, started in the order of a line's journey and stopped in the same order.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createElasticStore, type ElasticStore } from '@millrace/elastic'
import { errorText, systemClock, systemRandom } from '@millrace/foundation'
import { type Administration, createAdministration, kafkaSettings } from '@millrace/kafka'
import { type LocalStack, startLocalStack, trySignal } from '@millrace/local-stack'
import ora from 'ora'
import { runCommand } from './run-command.ts'
import { lockFolder } from './folder-lock.ts'
import { ServiceProcess } from './service-process.ts'
import { readTotals } from './pipeline-totals.ts'
import { plannedServices, type ServicePlan } from './plan.ts'
import { preferredPort } from './ports.ts'
import { removeRunFile, runDirectory, type RunFile, writeRunFile } from './run-file.ts'
import type { StartOptions } from './start-options.ts'
import { showStatus } from './status.ts'
import { whereToLook } from './where-to-look.ts'

export interface PipelineOptions {
  root: string
  options: StartOptions
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  environment: NodeJS.ProcessEnv
}

const readyTimeoutMs = 120_000
const stopDeadlineMs = 20_000
const serverCheckIntervalMs = 1000

export class Pipeline {
  readonly logDirectory: string
  readonly #options: PipelineOptions
  // On a terminal that says it has no columns, ora would never stop wiping lines.
  readonly #progress = ora({
    discardStdin: false,
    hideCursor: false,
    isEnabled: process.stderr.isTTY && process.stderr.columns > 0,
  })
  readonly #processes: ServiceProcess[] = []
  readonly #urls: Record<string, string> = {}
  #stack: LocalStack | undefined
  #store: ElasticStore | undefined
  #administration: Administration | undefined
  #ready = false
  #unlock: () => void = () => {}
  #stopped: Promise<void> | undefined

  constructor(options: PipelineOptions) {
    this.#options = options
    this.logDirectory = join(runDirectory(options.root), 'logs')
  }

  /** Starts everything, then shows the status line until the signal is aborted. */
  async run(): Promise<void> {
    const { root, signal } = this.#options
    this.#unlock = lockFolder(runDirectory(root))
    // One that was killed could not take its endpoints back.
    removeRunFile(root)
    await this.#startServers()
    await this.#setUp()
    await this.#startServices()
    this.#ready = true
    this.#writeRunFile()
    process.stdout.write(whereToLook(this.#runFile(), this.logDirectory))
    void this.#keepServersUp()
    await showStatus(
      {
        clock: systemClock,
        read: () => readTotals(this.#connections()),
        terminal: process.stdout.isTTY,
        write: (text) => process.stdout.write(text),
      },
      signal,
    )
  }

  /** Load first, servers last: each part drains into one that still runs. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** Ends every process now. */
  killAll(): void {
    for (const service of this.#processes) {
      if (service.pid !== undefined) trySignal(service.pid, 'SIGKILL')
    }
    for (const pid of Object.values(this.#stackProcesses())) trySignal(pid, 'SIGKILL')
    removeRunFile(this.#options.root)
    this.#unlock()
  }

  async #startServers(): Promise<void> {
    const { root, options, signal } = this.#options
    this.#progress.start('Kafka and Elasticsearch')
    this.#stack = await startLocalStack({
      directory: join(runDirectory(root), 'data'),
      fresh: options.fresh,
      kafka: {
        brokers: options.brokers,
        ports: Array.from({ length: options.brokers }, (_, index) => options.kafkaPort + index),
      },
      elasticsearch: { port: options.elasticsearchPort },
      onProgress: (text) => this.#say(text),
      signal,
    })
    if (options.fresh) rmSync(this.logDirectory, { recursive: true, force: true })
    const { kafka, elasticsearch } = this.#stack.endpoints
    this.#progress.succeed(`Kafka ${kafka.join(', ')} and Elasticsearch ${elasticsearch}`)
  }

  async #setUp(): Promise<void> {
    this.#progress.start('Topics and templates')
    const { root, options, environment } = this.#options
    const { kafka, elasticsearch } = this.#endpoints()
    await runCommand(
      process.execPath,
      [
        join(root, 'libs/cli/bin/millrace.mjs'),
        'setup',
        '--replication-factor',
        String(options.brokers),
      ],
      {
        environment: {
          PATH: environment['PATH'],
          MILLRACE_KAFKA_BROKERS: kafka.join(','),
          MILLRACE_ELASTICSEARCH_URL: elasticsearch,
        },
        signal: this.#options.signal,
      },
    )
    this.#progress.succeed('Topics and templates')
  }

  async #startServices(): Promise<void> {
    const { root, options, environment, signal } = this.#options
    const plans = plannedServices({ root, options, endpoints: this.#endpoints(), environment })
    for (const plan of plans) await this.#startService(plan, plans)
    this.#progress.start('Services become ready')
    for (const plan of plans) {
      const url = this.#urls[plan.name]
      if (url === undefined) continue
      this.#say(`Services become ready: ${plan.name}`)
      await this.#untilReady(plan.name, `${url}${plan.readyPath}`, signal)
    }
    this.#progress.succeed(plans.map((plan) => plan.name).join(', '))
  }

  async #startService(plan: ServicePlan, plans: readonly ServicePlan[]): Promise<void> {
    for (const { name, port } of plans) {
      if (port !== undefined) this.#urls[name] ??= `http://127.0.0.1:${await preferredPort(port)}`
    }
    const service = new ServiceProcess({
      name: plan.name,
      program: plan.program,
      arguments: plan.arguments ?? [],
      environment: plan.environment(this.#urls),
      logDirectory: this.logDirectory,
      clock: systemClock,
      random: systemRandom,
      onStarted: () => {
        if (this.#ready) this.#writeRunFile()
      },
      onDied: (description) => this.#tell(`${plan.name} ${description}; starting it again`),
    })
    this.#processes.push(service)
    service.start()
  }

  /** A server that dies is started again on its data, as the service processes are. */
  async #keepServersUp(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      for (const name of this.#stack?.nodes ?? []) {
        if (this.#stack?.pid(name) !== undefined) continue
        this.#tell(`${name} has ended; starting it again`)
        await this.#stack?.start(name).catch((error: unknown) => this.#tell(errorText(error)))
        this.#writeRunFile()
      }
      await systemClock.sleep(serverCheckIntervalMs, signal)
    }
  }

  async #untilReady(name: string, url: string, signal: AbortSignal): Promise<void> {
    const deadlineAt = systemClock.monotonicMs() + readyTimeoutMs
    let last = 'no answer yet'
    while (systemClock.monotonicMs() < deadlineAt) {
      signal.throwIfAborted()
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
        if (answer.ok) return
        last = `HTTP ${answer.status}`
      } catch (error) {
        last = error instanceof Error ? error.message : String(error)
      }
      await systemClock.sleep(100, signal)
    }
    throw new Error(
      `${name} was not ready within ${readyTimeoutMs / 1000} s (${url}: ${last}); its log is ${join(this.logDirectory, `${name}.log`)}`,
    )
  }

  async #stop(): Promise<void> {
    this.#progress.stop()
    if (this.#stack !== undefined) {
      this.#progress.start('Stopping')
      for (const service of this.#processes.toReversed()) {
        this.#say(`Stopping: ${service.name}`)
        await service.stop(stopDeadlineMs)
      }
      await this.#administration?.close()
      await this.#store?.close()
      this.#say('Stopping: Elasticsearch and Kafka')
      await this.#stack.stop()
      removeRunFile(this.#options.root)
      this.#progress.succeed('Stopped; the data stay for the next start')
    }
    this.#unlock()
  }

  #connections(): { administration: Administration; store: ElasticStore } {
    const { kafka, elasticsearch } = this.#endpoints()
    this.#administration ??= createAdministration(kafkaSettings.parse({ brokers: kafka }))
    this.#store ??= createElasticStore({ nodes: [elasticsearch] })
    return { administration: this.#administration, store: this.#store }
  }

  #endpoints(): LocalStack['endpoints'] {
    if (this.#stack === undefined) throw new Error('the servers have not been started')
    return this.#stack.endpoints
  }

  #stackProcesses(): Record<string, number> {
    const pids: Record<string, number> = {}
    for (const name of this.#stack?.nodes ?? []) {
      const pid = this.#stack?.pid(name)
      if (pid !== undefined) pids[name] = pid
    }
    return pids
  }

  #runFile(): RunFile {
    const processes: Record<string, number> = { start: process.pid, ...this.#stackProcesses() }
    for (const service of this.#processes) {
      if (service.pid !== undefined) processes[service.name] = service.pid
    }
    return { ...this.#endpoints(), services: this.#urls, processes }
  }

  #writeRunFile(): void {
    writeRunFile(this.#options.root, this.#runFile())
  }

  #say(text: string): void {
    this.#progress.text = text
  }

  /** A note between two status lines. */
  #tell(text: string): void {
    process.stdout.write(`${process.stdout.isTTY ? '\r\u001B[2K' : ''}${text}\n`)
  }
}
