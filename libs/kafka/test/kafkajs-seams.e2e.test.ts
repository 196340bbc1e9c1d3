import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'
import { setBench } from './support/topic.ts'

const { kafka: brokers } = inject('stack')
const run = promisify(execFile)

/**
 * Publishes and reads for a while in a process of its own, counts timers and warnings, and is quiet for a second.
 * `--mended` goes through this package, else through the client itself.
 */
const program = new URL('support/count-timers.mts', import.meta.url).pathname

interface Counted {
  warnings: string[]
  /** Timers that fired while nothing was to do for a second. */
  idleTimers: number
  printed: number
}

async function count(
  kind: 'mended' | 'bare',
  topic: string,
  node = process.execPath,
): Promise<Counted> {
  const { stdout } = await run(node, [program, kind, JSON.stringify({ brokers, topic })])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Counted
}

describe('the client, mended', () => {
  it('sets no negative timer, does not poll, and prints nothing', async () => {
    const bench = await setBench(brokers, 1)
    const counted = await count('mended', bench.topic)
    expect(counted.warnings).toEqual([])
    expect(counted.printed).toBe(0)
    // Two connections look for late answers ten times a second each, and that is all.
    expect(counted.idleTimers).toBeLessThan(100)
    await bench.close()
  })

  it('still needs it: as it comes, it warns and polls without end', async () => {
    const bench = await setBench(brokers, 1)
    const counted = await count('bare', bench.topic)
    expect(counted.warnings).toContain('TimeoutNegativeWarning')
    expect(counted.idleTimers).toBeGreaterThan(300)
    await bench.close()
  })
})
