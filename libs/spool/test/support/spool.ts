// A spool directory, an instance that writes into it, and lines for it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintInstanceId } from '@millrace/envelope'
import { seededRandom, systemClock, systemRandom } from '@millrace/foundation'
import { onTestFinished } from 'vitest'
import {
  drainSpool,
  type DrainOptions,
  type DrainOutcome,
  type SpoolLoss,
  type SpoolRecord,
  SpoolWriter,
  type SpoolWriterOptions,
  type StoredRecord,
} from '../../src/index.ts'
import type { DrainParts } from '../../src/drain.ts'
import type { ProcessTable } from '../../src/owner.ts'

export const brokers = ['127.0.0.1:9092']

/** A folder below the temporary directory, removed after the test; the spool's directory in it does not exist yet. */
export function spoolDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-spool-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'spool')
}

export function line(sequence: number, text = `line ${sequence}`): SpoolRecord {
  return { kind: 'line', sequence, timestampMs: 1_700_000_000_000, value: Buffer.from(text) }
}

export function lines(first: number, last: number, text?: string): SpoolRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => line(first + index, text))
}

export function newInstance(): string {
  return mintInstanceId(systemClock, systemRandom)
}

/** Three processes that this one takes for dead, for a stranger's and for alive. */
export function processTable(options: Partial<ProcessTable> = {}): ProcessTable {
  return { pid: 41, place: '0badcafe', startOf: (pid) => (pid === 41 ? 7 : 'gone'), ...options }
}

export interface WriterRun {
  writer: SpoolWriter
  instance: string
  notes: string[]
  losses: SpoolLoss[]
}

export function openWriter(
  directory: string,
  options: Partial<SpoolWriterOptions> = {},
): WriterRun {
  const notes: string[] = []
  const losses: SpoolLoss[] = []
  const instance = options.head?.instance ?? newInstance()
  const header = Buffer.from('{"v":1,"service.name":"orders"}')
  const writer = new SpoolWriter({
    directory,
    head: { instance, topic: 'logs', brokers, header },
    clock: systemClock,
    note: (_kind, text) => notes.push(text),
    onLoss: (loss) => losses.push(loss),
    ...options,
  })
  onTestFinished(() => writer.close())
  return { writer, instance, notes, losses }
}

export interface Drained {
  outcome: DrainOutcome
  records: StoredRecord[]
  /** Values as text. */
  texts: string[]
}

/** Sends everything that is free to a publisher that takes it all. */
export async function drainAll(
  directory: string,
  options: Partial<DrainOptions> = {},
  parts: DrainParts = {},
): Promise<Drained> {
  const records: StoredRecord[] = []
  const outcome = await drainSpool(
    {
      directory,
      matches: () => true,
      publish: (_head, batch) => {
        records.push(...batch)
        return Promise.resolve(true)
      },
      finish: () => Promise.resolve(true),
      clock: systemClock,
      ...options,
    },
    parts,
  )
  return { outcome, records, texts: records.map(({ value }) => Buffer.from(value).toString()) }
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory).toSorted()
}

export { seededRandom }
