// Kafka beside Redis Streams on the same lines: what the log in the middle costs, and what it gives.
import { seededRandom } from '@millrace/foundation'
import type { Measured, Work } from './measures.ts'
import { measureKafka } from './kafka-stream.ts'
import { measureRedis } from './redis-stream.ts'
import { type Benchmark, type BenchmarkContext, median, type Report } from './report.ts'

const lineCount = 200_000
const lineBytes = 300
const rounds = 3

function makeLines(): string[] {
  const random = seededRandom(1)
  const filler = Array.from({ length: 64 }, () => random.next().toString(36).slice(2, 12))
  return Array.from({ length: lineCount }, (_, index) => {
    const head = `{"level":30,"time":${1_767_323_045_678 + index},"pid":1,"hostname":"web-1","reqId":"${index}","msg":"`
    let message = ''
    while (head.length + message.length < lineBytes - 2) {
      message += `${filler[Math.floor(random.next() * filler.length)]} `
    }
    return `${head}${message}"}`
  })
}

async function run(context: BenchmarkContext): Promise<Report> {
  const work: Work = { lines: makeLines(), batchCount: 500, inFlightMax: 4, signal: context.signal }
  const kafka: Measured[] = []
  const redis: Measured[] = []
  for (let round = 1; round <= rounds; round++) {
    context.signal.throwIfAborted()
    context.progress(`round ${round} of ${rounds}: Kafka`)
    kafka.push(await measureKafka(work))
    context.progress(`round ${round} of ${rounds}: Redis Streams`)
    redis.push(await measureRedis(work))
  }
  for (const measured of [...kafka, ...redis]) {
    if (measured.consumed !== lineCount) {
      throw new Error(
        `read back ${measured.consumed} of ${lineCount} lines; the figures mean nothing`,
      )
    }
  }
  const both = (pick: (measured: Measured) => number): number[] => [
    median(kafka.map(pick)),
    median(redis.map(pick)),
  ]
  const perSecond = (ms: number): number => lineCount / (ms / 1000)
  return {
    setting: `${lineCount.toLocaleString('en-US')} lines of about ${lineBytes} B, ${work.batchCount} a request, ${work.inFlightMax} requests at once; medians of ${rounds} rounds, each with new servers`,
    programs: [kafka[0]!.version, redis[0]!.version],
    measures: [
      { name: 'publish', unit: 'lines/s', values: both(({ publishMs }) => perSecond(publishMs)) },
      {
        name: 'consume by group, acknowledged',
        unit: 'lines/s',
        values: both(({ consumeMs }) => perSecond(consumeMs)),
      },
      {
        name: 'resident memory afterwards',
        unit: 'MiB',
        values: both(({ residentBytes }) => residentBytes / 1024 ** 2),
      },
      {
        name: 'disk afterwards',
        unit: 'MiB',
        values: both(({ diskBytes }) => diskBytes / 1024 ** 2),
      },
    ],
    caveats: [
      "One node each, on the same machine as the client, nothing compressed. Kafka: acks=all with one replica, kafkajs 2.2.4. Redis: appendonly yes, appendfsync everysec, node-redis 6.3.1 with pipelining; each line is a command of its own there, so its publish rate is mostly the client's.",
      'Kafka keeps lines on disk until their retention ends, read or not; Redis keeps the whole stream in memory until somebody trims it, and rewrites its append-only file in a compressed form as it grows.',
      'Neither syncs to disk before it answers. Kafka is meant to run with three replicas; a single Redis that is killed can lose the last second.',
    ],
  }
}

export const kafkaAndRedis: Benchmark = {
  name: 'redis',
  summary: 'Kafka and Redis Streams: publish, consume, memory and disk for the same lines',
  run,
}
