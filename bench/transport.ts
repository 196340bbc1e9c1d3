// The logger's side: what pino costs with Millrace's target, beside pino to a file and the plain Kafka producer that people write by hand.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@millrace/foundation'
import { freePort, startLocalStack } from '@millrace/local-stack'
import { inspectSpool } from '@millrace/spool'
import { BenchTopic, NumbersSeen } from './bench-topic.ts'
import type { PinoServiceFigures, PinoServiceOptions } from './programs/pino-service.ts'
import { type Benchmark, median, type Report } from './report.ts'

const warmUpLines = 100_000
const linesPerSecond = 20_000
const mebibyte = 1024 * 1024

interface Program {
  title: string
  options: Pick<PinoServiceOptions, 'way'> & Partial<PinoServiceOptions>
  /** Lines as fast as they are taken, at a steady rate, and with no broker there; 0: not measured. */
  lines: { fast: number; steady: number; away: number }
}

const lines = { fast: 500_000, steady: 200_000, away: 300_000 }
const programs: readonly Program[] = [
  { title: 'pino/file (worker)', options: { way: 'file' }, lines },
  { title: 'Millrace (worker), none', options: { way: 'millrace', compression: 'none' }, lines },
  { title: 'Millrace (worker), default', options: { way: 'millrace' }, lines },
  { title: 'kafkajs (main thread)', options: { way: 'kafkajs' }, lines: { ...lines, away: 0 } },
  {
    title: 'kafkajs, a send for each line',
    options: { way: 'kafkajs-each' },
    lines: { fast: 20_000, steady: 0, away: 0 },
  },
  {
    title: 'batches made before',
    options: { way: 'ready-batches' },
    lines: { ...lines, steady: 0, away: 0 },
  },
]

type Phase = keyof Program['lines']
type Run = Partial<Record<Phase, PinoServiceFigures>> & { program: Program }

export const transport: Benchmark = {
  name: 'transport',
  summary:
    "the main thread's cost per logger.info(), lines/s into three brokers, the worker's processor time, memory without a broker",
  options: {
    rounds: {
      kind: 'number',
      default: 3,
      min: 1,
      max: 100,
      description: 'rounds of all programs in turn; the medians are told',
    },
  },
  async run({ progress, signal, options }): Promise<Report> {
    const rounds = options.number('rounds')
    progress('starting three brokers')
    const stack = await startLocalStack({ elasticsearch: false, kafka: { brokers: 3 }, signal })
    const brokers = stack.endpoints.kafka
    const runs = programs.map((): Run[] => [])
    const loads: number[] = []
    try {
      for (let round = 1; round <= rounds; round++) {
        for (const [place, program] of programs.entries()) {
          signal.throwIfAborted()
          progress(`round ${round} of ${rounds}: ${program.title}`)
          const run: Run = { program }
          for (const phase of ['fast', 'steady', 'away'] as const) {
            if (program.lines[phase] === 0) continue
            run[phase] = await measure(program, phase, brokers, signal)
          }
          runs[place]!.push(run)
          loads.push(loadavg()[0]!)
        }
      }
    } finally {
      await stack.stop()
    }
    return reportOf(runs, loads, rounds)
  },
}

/** One process. Every line it logged must be in its topic or file, or on disk where there is no broker. */
async function measure(
  program: Program,
  phase: Phase,
  brokers: string[],
  signal: AbortSignal,
): Promise<PinoServiceFigures> {
  const isAway = phase === 'away'
  const topic = await BenchTopic.create(brokers)
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-transport-'))
  try {
    const counted = program.lines[phase]
    const warmUp = isAway ? 0 : Math.min(warmUpLines, counted)
    const figures = await runService(
      {
        brokers: isAway ? [`127.0.0.1:${await freePort(new Set(), systemRandom)}`] : brokers,
        topic: topic.name,
        directory,
        warmUpLines: warmUp,
        lines: counted,
        linesPerSecond: phase === 'fast' ? 0 : linesPerSecond,
        ...program.options,
      },
      signal,
    )
    const expected = warmUp + counted
    const found = await countArrived(program, isAway, { topic, directory, expected, signal })
    if (found !== expected) {
      throw new Error(
        `${program.title}: ${found} of ${expected} lines arrived; the figures mean nothing`,
      )
    }
    return figures
  } finally {
    await topic.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function countArrived(
  { options }: Program,
  isAway: boolean,
  place: { topic: BenchTopic; directory: string; expected: number; signal: AbortSignal },
): Promise<number> {
  const { topic, directory, expected, signal } = place
  if (options.way === 'file') {
    const seen = new NumbersSeen(expected)
    seen.look(readFileSync(join(directory, 'lines.ndjson')))
    return seen.count
  }
  if (!isAway) return topic.countNumbers(expected)
  const spool = await inspectSpool(join(directory, 'spool'), { clock: systemClock, signal })
  return spool.segments.reduce((sum, segment) => sum + segment.lines, 0)
}

async function runService(
  options: PinoServiceOptions,
  signal: AbortSignal,
): Promise<PinoServiceFigures> {
  const program = new URL('programs/pino-service.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
    signal,
    timeout: 300_000,
  })
  let output = ''
  let notes = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    notes += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0 || output === '') throw new Error(`the service ended with ${code}: ${notes}`)
  return JSON.parse(output) as PinoServiceFigures
}

function reportOf(
  runs: readonly (readonly Run[])[],
  loads: readonly number[],
  rounds: number,
): Report {
  const row = (
    name: string,
    unit: string,
    phase: Phase,
    pick: (figures: PinoServiceFigures, count: number) => number,
  ): Report['measures'][0] => ({
    name,
    unit,
    values: runs.map((each) =>
      median(
        each.map((run) =>
          run[phase] === undefined ? Number.NaN : pick(run[phase], run.program.lines[phase]),
        ),
      ),
    ),
  })
  const perLine = 'µs/line'
  const steadyMain = row('main thread, steady', perLine, 'steady', (f, n) => f.mainUs / n)
  const fastMain = row('main thread, fast', perLine, 'fast', (f, n) => f.mainUs / n)
  const rate = row('lines/s, fast', 'lines/s', 'fast', (f, n) => n / (f.tookMs / 1000))
  const resident = row(
    'resident memory without a broker, most',
    'MiB',
    'away',
    (f) => f.residentMaxBytes / mebibyte,
  )
  const against = (
    name: string,
    { values }: { values: number[] },
    base: number,
  ): Report['measures'][0] => ({ name, unit: 'ratio', values: values.map((value) => value / base) })
  return {
    setting: `lines of about 311 B with 6 partitions, 3 brokers, acks=all, 2 in-sync replicas needed; fast: ${count(lines.fast)} lines as fast as they are taken; steady: ${count(lines.steady)} at ${count(linesPerSecond)} a second; without a broker: ${count(lines.away)} at the same rate; medians of ${rounds} rounds in turn, each run a process of its own`,
    programs: programs.map(({ title }) => title),
    measures: [
      steadyMain,
      against('main thread against pino/file, steady', steadyMain, steadyMain.values[0]!),
      fastMain,
      against('main thread against pino/file, fast', fastMain, fastMain.values[0]!),
      rate,
      against('lines/s against kafkajs, fast', rate, rate.values[3]!),
      row('all other threads, fast', perLine, 'fast', (f, n) => f.othersUs / n),
      row('of it the worker itself, fast', perLine, 'fast', (f, n) => f.workerUs / n),
      row('all other threads, steady', perLine, 'steady', (f, n) => f.othersUs / n),
      row('of it the worker itself, steady', perLine, 'steady', (f, n) => f.workerUs / n),
      resident,
      {
        name: 'above pino/file, with a bound of 64 MiB',
        unit: 'MiB',
        values: resident.values.map((value) => value - resident.values[0]!),
      },
    ],
    caveats: [
      `pino ${versionOf('pino')}, kafkajs ${versionOf('kafkajs')}, Kafka 4.1.0. Brokers and service share the machine: what the brokers take is not the service's, and slows it.`,
      'Every line is looked for by its number in the topic, in the file, or in the spool where there is no broker, and the benchmark fails when one is missing.',
      'Processor time counts from a warm-up until the last line is acknowledged. All other threads: the worker, garbage collection, compression. The main thread runs pino and the loop that logs.',
      'Fast: of what is logged at most 50,000 lines are not acknowledged yet; the logger waits then. For pino/file they are in the file.',
      'kafkajs: a thousand lines a send, five sends at once, no compression; lines have no id and no header, so a record is about 255 B shorter than one of Millrace. `kafkajs, a send for each line` is what pino-kafka does, of 20,000 lines.',
      'Batches made before: the same records, encoded before the clock starts and sent as they are; what the brokers take at most from one process, pino left out.',
      `Load of the machine meanwhile (1 minute, this benchmark included): ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`,
    ],
  }
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  return (require(`${name}/package.json`) as { version: string }).version
}
