// What a run needs around the measured program: broker, full topics, sink, and Elasticsearch where it is asked for.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createElasticStore, type ElasticStore } from '@millrace/elastic'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { pinoLines } from '../lines/pino-lines.ts'
import { tasksetArguments } from '../measured-process.ts'
import { createTopic, fillTopic, type ServiceLine } from './preload.ts'
import type { Target } from './programs.ts'
import { type Sink, startSink } from './sink.ts'

export interface WorldOptions {
  elasticsearch: boolean
  signal: AbortSignal
  progress: (text: string) => void
  /** Kafka's own properties of the broker; they win over ours. */
  kafkaProperties?: Readonly<Record<string, string>>
}

export interface TopicOptions {
  topic: string
  partitions: number
  records: number
  lines: Iterator<ServiceLine, unknown, undefined>
}

/** The lines of every run of every benchmark. */
export const usualLines = (): TopicOptions['lines'] => pinoLines(1)

export class World {
  readonly #options: WorldOptions
  readonly #directory: string
  readonly #stack: LocalStack
  readonly sink: Sink
  #runs = 0

  private constructor(
    options: WorldOptions,
    started: { directory: string; stack: LocalStack; sink: Sink },
  ) {
    this.#options = options
    this.#directory = started.directory
    this.#stack = started.stack
    this.sink = started.sink
  }

  static async open(options: WorldOptions): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
    const { elasticsearch, signal, progress } = options
    const stack = await startLocalStack({
      directory: join(directory, 'stack'),
      ...(elasticsearch ? {} : { elasticsearch: false }),
      // A topic of ten million lines must fit.
      kafka: { extraProperties: { 'log.retention.bytes': '-1', ...options.kafkaProperties } },
      signal,
      onProgress: progress,
    })
    return new World(options, { directory, stack, sink: await startSink() })
  }

  async close(): Promise<void> {
    this.sink.close()
    await this.#stack.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  get brokers(): readonly string[] {
    return this.#stack.endpoints.kafka
  }

  get elasticsearchUrl(): string {
    return this.#stack.endpoints.elasticsearch
  }

  get brokerPid(): number {
    return this.#stack.pid('kafka-1')!
  }

  get elasticsearchPid(): number {
    return this.#stack.pid('elasticsearch')!
  }

  /** Closed by the caller. */
  store(): ElasticStore {
    return createElasticStore({ nodes: [this.elasticsearchUrl] })
  }

  /** Makes the topic and fills it. @returns bytes of all lines together */
  async fillTopic(filling: TopicOptions): Promise<number> {
    const { topic, lines, records } = filling
    await this.createTopic(topic, filling.partitions)
    const { valueBytes } = await fillTopic({
      ...this.#options,
      brokers: this.brokers,
      topic,
      lines,
      records,
    })
    return valueBytes
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return createTopic(this.brokers, { topic, partitions })
  }

  /** Lines at a steady rate until told otherwise. @returns how many they were */
  async trickle(
    trickle: Pick<TopicOptions, 'topic' | 'lines'> & {
      linesPerSecond: number
      until: AbortSignal
    },
  ): Promise<number> {
    const { records } = await fillTopic({ ...this.#options, ...trickle, brokers: this.brokers })
    return records
  }

  /** A name that no topic had before. */
  newTopic(): string {
    this.#runs += 1
    return `bench-topic-${this.#runs}`
  }

  /** A group, a data stream and a folder that no run had before. */
  newTarget(topic: string, elasticsearch: string): Target {
    this.#runs += 1
    const directory = join(this.#directory, `run-${this.#runs}`)
    mkdirSync(directory)
    return {
      brokers: this.brokers,
      topic,
      group: `bench-${this.#runs}`,
      elasticsearch,
      dataset: 'bench',
      namespace: `run${this.#runs}`,
      directory,
    }
  }

  /** Keeps everything that is not measured on some processors, such as `1`; on all again with `all`. */
  confineServers(cores: string): void {
    const pids = ['kafka-1', 'elasticsearch'].map((name) =>
      this.#stack.nodes.includes(name) ? this.#stack.pid(name) : undefined,
    )
    for (const pid of [...pids, this.sink.pid]) {
      if (pid !== undefined)
        execFileSync('taskset', tasksetArguments(pid, cores), { stdio: 'ignore' })
    }
  }
}
