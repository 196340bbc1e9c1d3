// The logger's side: what pino costs with Millrace's target, beside pino to a file and the plain Kafka producer that people write by hand.
import { loadavg } from 'node:os'
import { startLocalStack, type LocalStack } from '@millrace/local-stack'
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'
import { measure } from './measure.ts'
import { phases, type Program, programs, type Run } from './programs.ts'
import { reportOf } from './report.ts'

/** For the brokers' warm-up: big batches, plain and compressed, and those of the plain producer. 1,500,000 lines, the services' own warm-up among them. */
const warmUps: readonly Program[] = [
  { title: 'plain', options: { way: 'ready-batches' as const }, fast: 500_000 },
  {
    title: 'compressed',
    options: { way: 'ready-batches' as const, compression: 'gzip' as const },
    fast: 500_000,
  },
  { title: 'kafkajs', options: { way: 'kafkajs' as const }, fast: 200_000 },
].map(({ title, options, fast }) => ({
  name: 'warm-up',
  title: `warm-up, ${title}`,
  options,
  lines: { fast, steady: 0, away: 0 },
}))

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
    only: {
      kind: 'list',
      choices: programs.map(({ name }) => name),
      description: 'programs',
    },
    phases: { kind: 'list', choices: phases, description: 'what is measured of them' },
    'warm-up': {
      kind: 'number',
      default: 8,
      min: 0,
      max: 100,
      description: 'times that the brokers take 1,500,000 lines before anything is measured',
    },
  },
  run,
}

async function run({ progress, signal, options }: BenchmarkContext): Promise<Report> {
  const chosen = programs.filter(({ name }) => options.list('only').includes(name))
  const chosenPhases = phases.filter((phase) => options.list('phases').includes(phase))
  const rounds = options.number('rounds')
  progress('starting three brokers')
  const stack = await startLocalStack({ elasticsearch: false, kafka: { brokers: 3 }, signal })
  const runs = chosen.map((): Run[] => [])
  const loads: number[] = []
  try {
    const times = chosenPhases.some((phase) => phase !== 'away') ? options.number('warm-up') : 0
    const warmUpUs = await warmUpBrokers(stack, { times, progress, signal })
    for (let round = 1; round <= rounds; round++) {
      for (const place of turnsOf(round, chosen.length)) {
        const program = chosen[place]!
        progress(`round ${round} of ${rounds}: ${program.title}`)
        const taken: Run = {}
        for (const phase of chosenPhases) {
          signal.throwIfAborted()
          if (program.lines[phase] === 0) continue
          taken[phase] = await measure(program, phase, stack, signal)
        }
        runs[place]!.push(taken)
        loads.push(loadavg()[0]!)
      }
    }
    return reportOf(runs, { programs: chosen, rounds, loads, warmUpUs })
  } finally {
    await stack.stop()
  }
}

/** Each round begins with another program: none has always the place behind the same one. */
function turnsOf(round: number, count: number): number[] {
  return Array.from({ length: count }, (_, turn) => (turn + round - 1) % count)
}

/**
 * A broker that has just started takes five times the processor time for a line that it takes a minute later: its
 * virtual machine compiles. On a machine that brokers and service share, whoever is measured first would pay for that.
 * @returns what a line took of the brokers each time. Unit: µs.
 */
async function warmUpBrokers(
  stack: LocalStack,
  { times, progress, signal }: { times: number } & Pick<BenchmarkContext, 'progress' | 'signal'>,
): Promise<number[]> {
  const taken: number[] = []
  for (let time = 1; time <= times; time++) {
    progress(`warming up the brokers: ${time} of ${times}`)
    let usPerLine = 0
    for (const warmUp of warmUps) {
      const { brokersUsPerLine } = await measure(warmUp, 'fast', stack, signal)
      usPerLine += brokersUsPerLine / warmUps.length
    }
    taken.push(usPerLine)
  }
  return taken
}
