// A program of the benchmarks that does one thing, says its figures as JSON, and ends.
import { spawn } from 'node:child_process'

/**
 * Runs a program of `bench/programs` to its end. `flags`: Node's own. `exitMs`: from its figures to its end.
 * @throws Error with what it wrote when it fails or says nothing
 */
export async function runProgram<Figures>(
  name: string,
  options: object,
  { signal, timeoutMs, flags = [] }: { signal: AbortSignal; timeoutMs: number; flags?: string[] },
): Promise<Figures & { exitMs: number }> {
  const program = new URL(`programs/${name}`, import.meta.url).pathname
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
    signal,
    timeout: timeoutMs,
  })
  let output = ''
  let notes = ''
  let saidAt = 0
  child.stdout.on('data', (chunk: Buffer) => {
    saidAt = performance.now()
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    notes += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0 || output === '') throw new Error(`${name} ended with ${code}: ${notes}`)
  return { ...(JSON.parse(output) as Figures), exitMs: performance.now() - saidAt }
}
