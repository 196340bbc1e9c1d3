// One program in a process of its own, and the proof that every line that it logged has arrived.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@millrace/foundation'
import { freePort, type LocalStack } from '@millrace/local-stack'
import { inspectSpool } from '@millrace/spool'
import { BenchTopic, NumbersSeen } from '../bench-topic.ts'
import { cpuSecondsOf } from '../process-usage.ts'
import type { PinoServiceFigures, PinoServiceOptions } from '../programs/pino-service.ts'
import { runProgram } from '../run-program.ts'
import type { Phase, Program, RunFigures } from './programs.ts'

export const linesPerSecond = 20_000
const warmUpLines = 100_000
const serviceTimeoutMs = 300_000
const brokerNames = ['kafka-1', 'kafka-2', 'kafka-3']

/** Every line must be in the program's topic or file, or on disk where there is no broker. */
export async function measure(
  program: Program,
  phase: Phase,
  stack: LocalStack,
  signal: AbortSignal,
): Promise<RunFigures> {
  const isAway = phase === 'away'
  const brokers = stack.endpoints.kafka
  const topic = await BenchTopic.create(brokers)
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-transport-'))
  try {
    const counted = program.lines[phase]
    const warmUp = isAway ? 0 : Math.min(warmUpLines, counted)
    const before = brokersCpuSeconds(stack)
    const options: PinoServiceOptions = {
      brokers: isAway ? [`127.0.0.1:${await freePort(new Set(), systemRandom)}`] : brokers,
      topic: topic.name,
      directory,
      warmUpLines: warmUp,
      lines: counted,
      linesPerSecond: phase === 'fast' ? 0 : linesPerSecond,
      ...program.options,
    }
    const figures = await runProgram<PinoServiceFigures>('pino-service.ts', options, {
      signal,
      timeoutMs: serviceTimeoutMs,
    })
    const expected = warmUp + counted
    const brokersUsPerLine = ((brokersCpuSeconds(stack) - before) * 1_000_000) / expected
    const found = await countArrived(program, isAway, { topic, directory, expected, signal })
    if (found !== expected) {
      throw new Error(
        `${program.title}: ${found} of ${expected} lines arrived; the figures mean nothing`,
      )
    }
    return { ...figures, brokersUsPerLine }
  } finally {
    await topic.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

function brokersCpuSeconds(stack: LocalStack): number {
  return brokerNames.reduce((sum, name) => sum + cpuSecondsOf(stack.pid(name)!), 0)
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
