// A service that does nothing but log at a steady rate, and says what that did to its main thread: argv = one JSON object.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMillraceStream } from '@millrace/transport'
import pino, { type DestinationStream } from 'pino'

export type Destination =
  | 'null-worker'
  | 'file-worker'
  | 'millrace-worker'
  | 'null-main'
  | 'millrace-stream'

export interface ServiceOptions {
  destination: Destination
  brokers: string[]
  spoolDirectory: string
  linesPerSecond: number
  seconds: number
}

/** What the service prints before it exits. */
export interface ServiceFigures {
  lines: number
  tookMs: number
  delayP50Ms: number
  delayP99Ms: number
  delayMaxMs: number
  /** Processor time of the whole process, its worker included. */
  cpuUs: number
  /** The middle half and the last quarter of the run apart, so that growth is seen. */
  residentMidBytes: number
  residentEndBytes: number
  residentMaxBytes: number
  /** Of the main thread. */
  heapMaxBytes: number
}

/** A timer of its own for every so many ms, as a server has requests: each logs what is due. */
const tickMs = 2
const sampleMs = 200

function destinationOf(options: ServiceOptions): DestinationStream {
  const { brokers, spoolDirectory: directory } = options
  const millrace = { brokers, service: { name: 'bench' }, spool: { directory } }
  if (options.destination === 'null-worker' || options.destination === 'file-worker') {
    const isKept = options.destination === 'file-worker'
    const destination = isKept ? join(directory, 'lines') : '/dev/null'
    return pino.transport({ target: 'pino/file', options: { destination } })
  }
  if (options.destination === 'millrace-worker') {
    return pino.transport({ target: '@millrace/transport', options: millrace })
  }
  return options.destination === 'null-main'
    ? pino.destination('/dev/null')
    : createMillraceStream({ ...millrace, format: 'pino' })
}

const options = JSON.parse(process.argv[2]!) as ServiceOptions
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const logger = pino(destinationOf(options))
const startedAt = performance.now()
const cpuBefore = process.cpuUsage()
const resident: number[] = []
let heapMaxBytes = 0
let lines = 0

const sampling = setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage()
  resident.push(rss)
  heapMaxBytes = Math.max(heapMaxBytes, heapUsed)
}, sampleMs)

const logging = setInterval(() => {
  const dueMs = Math.min(performance.now() - startedAt, options.seconds * 1000)
  const due = Math.floor((dueMs * options.linesPerSecond) / 1000)
  for (; lines < due; lines++) {
    logger.info(
      { requestId: `01jd8q3z5v-${lines}`, method: 'GET', url: '/orders/1001?page=2', status: 200 },
      'request completed, nothing remarkable to say about it',
    )
  }
  if (dueMs >= options.seconds * 1000) end()
}, tickMs)

function end(): void {
  clearInterval(logging)
  clearInterval(sampling)
  delay.disable()
  const { user, system } = process.cpuUsage(cpuBefore)
  const figures: ServiceFigures = {
    lines,
    tookMs: performance.now() - startedAt,
    delayP50Ms: delay.percentile(50) / 1e6,
    delayP99Ms: delay.percentile(99) / 1e6,
    delayMaxMs: delay.max / 1e6,
    cpuUs: user + system,
    residentMidBytes: Math.max(...resident.slice(resident.length >> 2, -(resident.length >> 2))),
    residentEndBytes: Math.max(...resident.slice(-(resident.length >> 2))),
    residentMaxBytes: Math.max(...resident),
    heapMaxBytes,
  }
  writeSync(1, `${JSON.stringify(figures)}\n`)
  process.exit()
}
