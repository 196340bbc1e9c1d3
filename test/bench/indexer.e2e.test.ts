import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Output {
  benchmark: string
  machine: string
  programs: string[]
  measures: { name: string; unit: string; values: number[] }[]
  caveats: string[]
}

function bench(...flags: string[]): Promise<{ code: number | null; out: string; notes: string }> {
  const child = spawn(process.execPath, ['bench/run.ts', ...flags], { cwd: root })
  let out = ''
  let notes = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    notes += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, notes }))
  })
}

test('bench indexer measures Millrace and the loops on few events, after all have done equal work', async () => {
  const only = 'millrace,eachBatch,eachMessage'
  // More than one bulk of each program, so that there is a time between the first and the last.
  const flags = ['--events', '15000', '--rounds', '1', '--only', only, '--modes', 'digest,cores']
  const { code, out, notes } = await bench('indexer', '--json', ...flags)
  expect(code, notes).toBe(0)
  const report = JSON.parse(out) as Output
  expect(report.benchmark).toBe('indexer')
  expect(report.programs).toHaveLength(3)
  expect(report.caveats.join('\n')).toContain('was the same for all programs')
  const row = (name: RegExp): number[] =>
    report.measures.find((measure) => name.test(measure.name))!.values
  for (const value of [
    ...row(/^throughput/),
    ...row(/^peak resident/),
    ...row(/process included/),
  ]) {
    expect(value).toBeGreaterThan(0)
  }
  expect(notes).toContain('equal work: Millrace')
})

test('bench says what is wrong with its options and exits with 2', async () => {
  const { code, out, notes } = await bench('indexer', '--modes', 'cores,moon')
  expect([code, out]).toEqual([2, ''])
  expect(notes).toMatch(/^millrace: --modes must name some of .*, got "moon"\n/)
})
