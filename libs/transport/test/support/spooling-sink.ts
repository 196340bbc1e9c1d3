// A sink with a spool on a disk that a test can break.
import { expect } from 'vitest'
import type { StreamOptions } from '../../src/settings.ts'
import type { SinkLimits } from '../../src/sink-limits.ts'
import type { FakeDisk } from './fake-spool.ts'
import { createTestSink } from './test-sink.ts'

type Opened = ReturnType<typeof createTestSink>

export function createSpoolingSink(
  options: StreamOptions = {},
  limits: Partial<SinkLimits> = {},
  disk?: FakeDisk,
): Opened {
  return createTestSink({ spool: { directory: '/spool' }, lingerMs: 5, ...options }, limits, disk)
}

/** Each line that came in is in exactly one place. */
export function expectBalance(opened: Opened): void {
  expect(placesOf(opened)).toBe(opened.sink.counters.accepted)
}

export function isBalanced(opened: Opened): boolean {
  return placesOf(opened) === opened.sink.counters.accepted
}

function placesOf({ sink }: Opened): number {
  const { published, dropped, waiting, spooled } = sink.counters
  const droppedTotal = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  return published + droppedTotal + waiting + spooled
}
