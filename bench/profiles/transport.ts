// Where the transport's worker spends its time: a service that logs as fast as its lines are taken, under V8's profiler.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalStack } from '@millrace/local-stack'
import { BenchTopic } from '../bench-topic.ts'
import type { PinoServiceFigures, PinoServiceOptions } from '../programs/pino-service.ts'
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'
import { runProgram } from '../run-program.ts'
import { flameOption, profileReport, profilingFlags, readProfiles } from './profile.ts'
import type { Stages } from './stages.ts'

const serviceTimeoutMs = 300_000

/** Of a line's way through the worker. */
const stages: Stages = [
  { name: "take: pino's ring, text to bytes", files: /thread-stream|node_modules\/pino/ },
  { name: 'look for secrets', files: /transport\/\w+\/redact/ },
  { name: 'checksums', files: /crc32/ },
  { name: 'records and batches', files: /kafka\/\w+\/(records|codecs)|libs\/envelope/ },
  { name: 'send: Kafka client, requests, sockets', files: /kafkajs|libs\/kafka/ },
  { name: 'spool', files: /spool/ },
  { name: 'lines, queue, ledger', files: /libs\/transport/ },
  { name: 'other libraries', files: /node_modules|libs\// },
]

export const transportProfile: Benchmark = {
  name: 'transport-profile',
  summary: "where the time of the transport's worker goes, by stage, and as a flame graph",
  options: {
    lines: {
      kind: 'number',
      default: 1_000_000,
      min: 1_000,
      max: 20_000_000,
      description: 'Lines that the service logs.',
    },
    plot: flameOption,
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const lines = options.number('lines')
  progress('starting three brokers')
  const stack = await startLocalStack({ elasticsearch: false, kafka: { brokers: 3 }, signal })
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-profile-'))
  try {
    const brokers = stack.endpoints.kafka
    const topic = await BenchTopic.create(brokers)
    const service: PinoServiceOptions = {
      way: 'millrace',
      brokers,
      topic: topic.name,
      directory,
      warmUpLines: 0,
      lines,
      linesPerSecond: 0,
    }
    progress('the service, under the profiler')
    const { workerUs } = await runProgram<PinoServiceFigures>('pino-service.ts', service, {
      signal,
      timeoutMs: serviceTimeoutMs,
      flags: profilingFlags(directory),
    })
    const { worker } = readProfiles(directory)
    if (worker === undefined) throw new Error(`the worker left no profile in ${directory}`)
    return profileReport(worker, {
      stages,
      setting: `${lines.toLocaleString('en-US')} lines of pino into three brokers, compression as by default, as fast as they are taken; one run, start of the worker included; ${(workerUs / lines).toFixed(2)} µs of processor time a line in the worker`,
      share: 'share of the worker',
      per: 'line',
      count: lines,
      title: "The transport's worker: who calls whom, and for how much of its time",
      file: options.file('plot'),
    })
  } finally {
    await stack.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
