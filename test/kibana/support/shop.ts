// A known day of two services, through the real pipeline: every number on the dashboards follows from it.
import { randomBytes } from 'node:crypto'
import { encodeSourceFacts } from '@millrace/envelope'
import { createMillraceStream } from '@millrace/transport'
import pino from 'pino'
import {
  readDeadLetters,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
} from '../../../services/indexer/test/support/scene.ts'
import { ownDirectory } from '../../e2e/support/processes.ts'
import { recordsOf } from '../../e2e/support/records.ts'
import { refuseWords } from '../../e2e/support/refusing-stream.ts'

export interface Shop {
  scene: Scene
  orders: string
  payments: string
  lineStream: string
  letterStream: string
  ledgerStream: string
  /** Instance of each service's transport. */
  instances: { orders: string; payments: string }
  /** Start of the first minute. */
  startMs: number
  traceId: string
  /** Partition -> lines, as the topic has them. */
  linesByPartition: [number, number][]
}

const minuteMs = 60_000
/** No two lines have the same time, so that their order is known. */
const lineMs = 100

type Log = (minute: number, level: pino.Level, message: string, members?: object) => void

function serviceOf(scene: Scene, name: string, dataset: string, startMs: number) {
  const stream = createMillraceStream({
    brokers: [scene.environment['MILLRACE_KAFKA_BROKERS']!],
    topic: scene.topic,
    dataset,
    format: 'pino',
    service: { name },
    spool: { directory: ownDirectory() },
  })
  let nowMs = startMs
  let lines = name.endsWith('orders') ? 0 : 1
  const timestamp = (): string => `,"time":${nowMs}`
  const on = (hostname: string): Log => {
    const logger = pino({ level: 'trace', base: { hostname }, timestamp }, stream)
    return (minute, level, message, members = {}) => {
      nowMs = startMs + minute * minuteMs + lineMs * (lines += 2)
      logger[level](members, message)
    }
  }
  return { stream, on }
}

/**
 * Minutes 0 to 3: ten lines, of which one of trace, debug and warn, four of info, two of error and one of fatal; the last
 * hour's worth of dead letters: two of one cause, one of another; one write that was no line.
 */
export async function openShop(): Promise<Shop> {
  const scene = await setScene()
  const dataset = `${scene.dataset}_shop`
  const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 10 * minuteMs
  const [orders, payments] = [`${scene.topic}-orders`, `${scene.topic}-payments`]
  const traceId = randomBytes(16).toString('hex')
  await refuseWords(scene)
  const worker = startWorker(scene.environment)
  await untilWorkerReady(worker)

  const ofOrders = serviceOf(scene, orders, dataset, startMs)
  const onA = ofOrders.on('host-a')
  onA(0, 'info', 'order placed', { trace_id: traceId })
  onA(0, 'info', 'order placed')
  onA(1, 'warn', 'stock is low')
  onA(1, 'error', 'no stock', { err: new TypeError('sku is undefined'), trace_id: traceId })
  onA(2, 'fatal', 'out of memory', { err: new RangeError('too many orders') })
  ofOrders.stream.write({})

  const ofPayments = serviceOf(scene, payments, dataset, startMs)
  const onB = ofPayments.on('host-b')
  onB(0, 'debug', 'card is checked')
  onB(1, 'error', 'card refused', { err: new TypeError('no card'), trace_id: traceId })
  onB(2, 'trace', 'answer of the bank')
  onB(2, 'info', 'payment captured')
  ofPayments.on('host-a')(3, 'info', 'payment captured')
  const instances = { orders: ofOrders.stream.instance, payments: ofPayments.stream.instance }
  await Promise.all([ofOrders.stream.close(), ofPayments.stream.close()])

  await publishRefused(scene, { orders, payments })
  await untilCommitted(scene, worker)
  await readDeadLetters(scene, 3)
  const linesByPartition = await countLines(scene, Object.values(instances))
  return {
    scene,
    orders,
    payments,
    lineStream: `logs-${dataset}-default`,
    letterStream: 'logs-millrace.dead_letter-default',
    ledgerStream: 'metrics-millrace.ledger-default',
    instances,
    startMs,
    traceId,
    linesByPartition,
  }
}

/** Two lines that their data stream refuses, and one record without a value. */
async function publishRefused(
  { producer, topic }: Scene,
  { orders, payments }: { orders: string; payments: string },
): Promise<void> {
  const instance = `01jd8q3z5v${randomBytes(3).toString('hex')}`
  const record = (sequence: number, service: string, value: string | null) => ({
    key: `${instance}-0000000${sequence}`,
    value,
    headers: { millrace: encodeSourceFacts({ format: 'pino', 'service.name': service }) },
  })
  const words = JSON.stringify({ level: 30, time: Date.now(), msg: 'words' })
  const records = [record(1, orders, words), record(2, orders, words), record(3, payments, null)]
  await producer.publish({ topic, records })
}

async function countLines(
  { topic, administration }: Scene,
  instances: readonly string[],
): Promise<[number, number][]> {
  const ends = await administration.topicOffsets(topic)
  const total = ends.reduce((sum, { high }) => sum + high, 0)
  const counts = new Map<number, number>()
  for (const { key, partition } of await recordsOf(topic, total)) {
    const id = key === null ? '' : Buffer.from(key).toString()
    // A ledger's key is its instance.
    if (!instances.some((instance) => id.startsWith(`${instance}-0`))) continue
    counts.set(partition, (counts.get(partition) ?? 0) + 1)
  }
  return [...counts].toSorted(([left], [right]) => left - right)
}
