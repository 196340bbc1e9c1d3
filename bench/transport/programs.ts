// What is compared: pino to a file, through Millrace, and the Kafka producers that people write by hand.
import type { PinoServiceFigures, PinoServiceOptions } from '../programs/pino-service.ts'

export interface Program {
  /** For the command line. */
  name: string
  title: string
  options: Pick<PinoServiceOptions, 'way'> & Partial<PinoServiceOptions>
  /** Lines as fast as they are taken, at a steady rate, and with no broker there; 0: not measured. */
  lines: { fast: number; steady: number; away: number }
}

export type Phase = keyof Program['lines']
export const phases = ['fast', 'steady', 'away'] as const satisfies readonly Phase[]

/** What one program took in each of the phases. */
export type Run = Partial<Record<Phase, RunFigures>>

export interface RunFigures extends PinoServiceFigures {
  /** Processor time of all brokers for each line, those of the warm-up counted too. */
  brokersUsPerLine: number
}

export const lines = { fast: 500_000, steady: 200_000, away: 300_000 }
export const programs: readonly Program[] = [
  { name: 'file', title: 'pino/file (worker)', options: { way: 'file' }, lines },
  {
    name: 'none',
    title: 'Millrace (worker), none',
    options: { way: 'millrace', compression: 'none' },
    lines,
  },
  { name: 'default', title: 'Millrace (worker), default', options: { way: 'millrace' }, lines },
  {
    name: 'zstd',
    title: 'Millrace (worker), zstd',
    options: { way: 'millrace', compression: 'zstd' },
    lines: { ...lines, away: 0 },
  },
  {
    name: 'kafkajs',
    title: 'kafkajs (main thread)',
    options: { way: 'kafkajs' },
    lines: { ...lines, away: 0 },
  },
  {
    name: 'kafkajs-each',
    title: 'kafkajs, a send for each line',
    options: { way: 'kafkajs-each' },
    lines: { fast: 20_000, steady: 0, away: 0 },
  },
  {
    name: 'ready',
    title: 'batches made before',
    options: { way: 'ready-batches' },
    lines: { ...lines, steady: 0, away: 0 },
  },
]
