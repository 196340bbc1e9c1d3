// A service that logs with pino, at a steady rate or as fast as its lines are taken, and says what that cost: argv = one JSON object.
import { writeSync } from 'node:fs'
import { sendReadyBatches } from '../ready-batches.ts'
import { Kafka, logLevel } from 'kafkajs'
import pino, { type DestinationStream, type Logger } from 'pino'

export type Way = 'file' | 'millrace' | 'kafkajs' | 'kafkajs-each' | 'ready-batches'

export interface PinoServiceOptions {
  way: Way
  brokers: string[]
  topic: string
  compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Where the file and the spool are. */
  directory: string
  /** Logged before the clock starts, numbered from 0. */
  warmUpLines: number
  /** Logged while it runs, numbered on. */
  lines: number
  /** 0: as fast as lines are taken. */
  linesPerSecond: number
}

/** What the service prints before it exits. */
export interface PinoServiceFigures {
  tookMs: number
  /** Processor time of the main thread; of all others, garbage collection and compression included; of the worker alone. */
  mainUs: number
  othersUs: number
  workerUs: number
  residentMaxBytes: number
}

/** A way for lines to go, and how to wait until they have arrived. */
interface Outlet {
  destination: DestinationStream
  flush(): Promise<void>
  /** Resolves when of all that is logged at most two windows have not arrived. */
  room(): Promise<void>
  /** Processor time of its worker so far. Unit: µs. */
  workerUs(): Promise<number>
}

const tickMs = 2
const sampleMs = 50
/** Logged between two looks at the event loop, when it goes as fast as it can. */
const burstLines = 500
/** Logged and not yet known to have arrived, at most twice that: what makes a fast service wait. */
const windowLines = 25_000
/** What people write: so many lines a send, so many sends at once. */
const kafkajsBatchLines = 1_000
const kafkajsInFlightMax = 5
const kafkajsLingerMs = 20

const options = JSON.parse(process.argv[2]!) as PinoServiceOptions
let number = 0
/**
 * Whoever waits for a flush of pino's ring is held by the ring alone, and the ring, once its worker is ready, by nobody
 * else: the garbage collector may take both, and end the worker. A logger of a real service is held as this one is.
 */
const heldOutlets: Outlet[] = []

async function openOutlet(): Promise<Outlet> {
  if (options.way.startsWith('kafkajs')) return openKafkajs(options.way === 'kafkajs-each')
  const { brokers, topic, compression, directory } = options
  const transport = pino.transport(
    options.way === 'file'
      ? { target: 'pino/file', options: { destination: `${directory}/lines.ndjson` } }
      : {
          target: '@millrace/transport',
          options: {
            brokers,
            topic,
            ...(compression !== undefined && { compression }),
            service: { name: 'bench' },
            spool: { directory: `${directory}/spool` },
          },
        },
  ) as unknown as DestinationStream & {
    worker: { cpuUsage(): Promise<NodeJS.CpuUsage> }
    flush(callback: (error?: Error) => void): void
    once(event: 'ready', listener: () => void): void
  }
  await new Promise<void>((resolve) => {
    transport.once('ready', resolve)
  })
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      transport.flush((error) => (error == null ? resolve() : reject(error)))
    })
  let before = Promise.resolve()
  return {
    destination: transport,
    flush,
    async room() {
      await before
      before = flush()
    },
    async workerUs() {
      const { user, system } = await transport.worker.cpuUsage()
      return user + system
    },
  }
}

/** The plain producer in the main thread, as it is written by hand: lines are collected and sent by number and time. */
async function openKafkajs(isEach: boolean): Promise<Outlet> {
  const { brokers } = options
  const client = new Kafka({ brokers, clientId: 'plain', logLevel: logLevel.ERROR })
  const producer = client.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const sending = new Set<Promise<unknown>>()
  let waiting: { value: string }[] = []
  let timer: NodeJS.Timeout | undefined
  const inFlightMax = isEach ? 100_000 : kafkajsInFlightMax
  const send = (): void => {
    clearTimeout(timer)
    timer = undefined
    while (waiting.length > 0 && sending.size < inFlightMax) {
      const messages = waiting.splice(0, isEach ? 1 : kafkajsBatchLines)
      const sent: Promise<unknown> = producer
        .send({ topic: options.topic, acks: -1, messages })
        .finally(() => {
          sending.delete(sent)
          if (waiting.length > 0) send()
        })
      sending.add(sent)
    }
  }
  return {
    destination: {
      write(line: string) {
        waiting.push({ value: line.slice(0, -1) })
        if (isEach || waiting.length >= kafkajsBatchLines) send()
        else timer ??= setTimeout(send, kafkajsLingerMs)
      },
    },
    async flush() {
      send()
      while (sending.size > 0) await Promise.all(sending)
    },
    async room() {
      while (waiting.length > windowLines) await Promise.race(sending)
    },
    workerUs: () => Promise.resolve(0),
  }
}

function logOne(logger: Logger): void {
  logger.info(
    {
      number: number++,
      request: {
        id: `01jd8q3z5v-${number}`,
        method: 'GET',
        url: '/orders/1001?page=2&sort=newest',
      },
      statusCode: 200,
      responseTimeMs: 12.25,
      customer: 'c-20411',
    },
    'request completed, nothing remarkable to say about it, as about most of them',
  )
}

/** As fast as the lines are taken. */
async function logFast(logger: Logger, outlet: Outlet, lines: number): Promise<void> {
  const end = number + lines
  while (number < end) {
    const windowEnd = Math.min(end, number + windowLines)
    while (number < windowEnd) {
      for (let line = 0; line < burstLines && number < windowEnd; line++) logOne(logger)
      await new Promise(setImmediate)
    }
    await outlet.room()
  }
  await outlet.flush()
}

async function logSteadily(logger: Logger, outlet: Outlet, lines: number): Promise<void> {
  const first = number
  const startedAt = performance.now()
  await new Promise<void>((resolve) => {
    const logging = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) * options.linesPerSecond) / 1000)
      const end = first + Math.min(lines, due)
      while (number < end) logOne(logger)
      if (number < first + lines) return
      clearInterval(logging)
      resolve()
    }, tickMs)
  })
  await outlet.flush()
}

function total({ user, system }: NodeJS.CpuUsage): number {
  return user + system
}

async function measure(): Promise<PinoServiceFigures> {
  if (options.way === 'ready-batches') return sendReadyBatches(options)
  const outlet = await openOutlet()
  heldOutlets.push(outlet)
  const logger = pino({ base: { pid: process.pid, hostname: 'web-1' } }, outlet.destination)
  const log = options.linesPerSecond === 0 ? logFast : logSteadily
  await log(logger, outlet, options.warmUpLines)
  let residentMaxBytes = 0
  const sampling = setInterval(() => {
    residentMaxBytes = Math.max(residentMaxBytes, process.memoryUsage.rss())
  }, sampleMs)
  const workerBefore = await outlet.workerUs()
  const mainBefore = total(process.threadCpuUsage())
  const allBefore = total(process.cpuUsage())
  const startedAt = performance.now()
  await log(logger, outlet, options.lines)
  const tookMs = performance.now() - startedAt
  const allUs = total(process.cpuUsage()) - allBefore
  const mainUs = total(process.threadCpuUsage()) - mainBefore
  const workerUs = (await outlet.workerUs()) - workerBefore
  clearInterval(sampling)
  return { tookMs, mainUs, othersUs: allUs - mainUs, workerUs, residentMaxBytes }
}

writeSync(1, `${JSON.stringify(await measure())}\n`)
process.exit()
