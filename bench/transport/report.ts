// What was measured of the logger's side, as a table.
import { createRequire } from 'node:module'
import type { PinoServiceOptions } from '../programs/pino-service.ts'
import { median, type Report } from '../report.ts'
import { linesPerSecond } from './measure.ts'
import { lines, type Phase, type Program, type Run, type RunFigures } from './programs.ts'

const mebibyte = 1024 * 1024
const perLine = 'µs/line'

interface Measured {
  programs: readonly Program[]
  rounds: number
  /** Of the machine, after each run. */
  loads: readonly number[]
  /** What a line took of the brokers in each round of their warm-up. Unit: µs. */
  warmUpUs: readonly number[]
}

type Measure = Report['measures'][0]

/** `runs`: of each program, in the order of the programs. */
export function reportOf(runs: readonly (readonly Run[])[], measured: Measured): Report {
  const { programs, rounds } = measured
  return {
    setting: `lines of about 311 B with 6 partitions, 3 brokers, acks=all, 2 in-sync replicas needed; fast: ${count(lines.fast)} lines as fast as they are taken; steady: ${count(lines.steady)} at ${count(linesPerSecond)} a second; without a broker: ${count(lines.away)} at the same rate; medians of ${rounds} rounds in turn, each run a process of its own`,
    programs: programs.map(({ title }) => title),
    measures: measuresOf(runs, programs),
    caveats: caveatsOf(measured),
  }
}

function measuresOf(runs: readonly (readonly Run[])[], programs: readonly Program[]): Measure[] {
  const row = (
    name: string,
    unit: string,
    phase: Phase,
    pick: (figures: RunFigures, count: number) => number,
  ): Measure => ({
    name,
    unit,
    values: runs.map((each, place) => {
      const figures = each.flatMap((run) => run[phase] ?? [])
      return median(figures.map((taken) => pick(taken, programs[place]!.lines[phase])))
    }),
  })
  const baseOf = (values: readonly number[], way: PinoServiceOptions['way']): number =>
    values[programs.findIndex(({ options }) => options.way === way)] ?? Number.NaN
  const against = (name: string, { values }: Measure, way: PinoServiceOptions['way']): Measure => {
    const base = baseOf(values, way)
    return { name, unit: 'ratio', values: values.map((value) => value / base) }
  }
  const steadyMain = row('main thread, steady', perLine, 'steady', (f, n) => f.mainUs / n)
  const fastMain = row('main thread, fast', perLine, 'fast', (f, n) => f.mainUs / n)
  const rate = row('lines/s, fast', 'lines/s', 'fast', (f, n) => n / (f.tookMs / 1000))
  const away = 'resident memory without a broker, most'
  const resident = row(away, 'MiB', 'away', (f) => f.residentMaxBytes / mebibyte)
  const fileResident = baseOf(resident.values, 'file')
  return [
    steadyMain,
    against('main thread against pino/file, steady', steadyMain, 'file'),
    fastMain,
    against('main thread against pino/file, fast', fastMain, 'file'),
    rate,
    against('lines/s against kafkajs, fast', rate, 'kafkajs'),
    row('all other threads, fast', perLine, 'fast', (f, n) => f.othersUs / n),
    row('of it the worker itself, fast', perLine, 'fast', (f, n) => f.workerUs / n),
    row('the three brokers, fast', perLine, 'fast', (f) => f.brokersUsPerLine),
    row('all other threads, steady', perLine, 'steady', (f, n) => f.othersUs / n),
    row('of it the worker itself, steady', perLine, 'steady', (f, n) => f.workerUs / n),
    resident,
    {
      name: 'above pino/file, with a bound of 64 MiB',
      unit: 'MiB',
      values: resident.values.map((value) => value - fileResident),
    },
  ]
}

function caveatsOf({ loads, warmUpUs }: Measured): string[] {
  return [
    `pino ${versionOf('pino')}, kafkajs ${versionOf('kafkajs')}, Kafka 4.1.0. Brokers and service share the machine: what the brokers take is not the service's, and slows it.`,
    ...warmUpCaveat(warmUpUs),
    'Every line is looked for by its number in the topic, in the file, or in the spool where there is no broker, and the benchmark fails when one is missing.',
    'Processor time counts from a warm-up until the last line is acknowledged. All other threads: the worker, garbage collection, compression. The main thread runs pino and the loop that logs. The brokers: from the start of the process to its end, by all lines, those of the warm-up too; beside pino/file it is what they take at rest.',
    'Fast: of what is logged at most 50,000 lines are not acknowledged yet; the logger waits then. For pino/file they are in the file.',
    'kafkajs: a thousand lines a send, five sends at once, no compression; lines have no id and no header, so a record is about 255 B shorter than one of Millrace. `kafkajs, a send for each line` is what pino-kafka does, of 20,000 lines.',
    'Batches made before: the same records, encoded before the clock starts and sent as they are; what the brokers take at most from one process, pino left out.',
    `Load of the machine meanwhile (1 minute, this benchmark included): ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`,
  ]
}

function warmUpCaveat(warmUpUs: readonly number[]): string[] {
  const first = warmUpUs[0]
  if (first === undefined) return []
  const last = warmUpUs.at(-1)!
  const all = count(warmUpUs.length * 1_500_000)
  return [
    `The brokers had taken ${all} lines in big batches, plain and compressed, and from the plain producer before anything was measured: of the first a line took ${first.toFixed(1)} µs of them, of the last ${last.toFixed(1)} µs. Each round begins with another program.`,
  ]
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  return (require(`${name}/package.json`) as { version: string }).version
}
