import { readFileSync } from 'node:fs'
import { describeMetrics } from '@millrace/service'
import { describe, expect, it } from 'vitest'
import { Books } from '../src/books.mts'
import { IndexerMetrics, indexerMetrics } from '../src/metrics.mts'
import { OwnedPartition } from '../src/ownership.mts'

/** Rows of docs/metrics.md whose first cell is a name of this service. */
function documented(): { name: string; kind: string; labels: string; help: string }[] {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `indexer_'))
    .map((line) => {
      const [, name, kind, labels, help] = line.split('|').map((cell) => cell.trim())
      return { name: name!.replaceAll('`', ''), kind: kind!, labels: labels!, help: help! }
    })
}
import { takeOpen } from './support/fakes.ts'

describe('docs/metrics.md', () => {
  it('has each metric of the indexer, in its order and its words, and no other', () => {
    const declared = describeMetrics(indexerMetrics).map(({ name, kind, labels, help }) => ({
      name,
      kind,
      labels: labels.map((label) => `\`${label}\``).join(', '),
      help,
    }))
    expect(documented()).toEqual(declared)
  })
})

describe('IndexerMetrics', () => {
  it('shows the books as they are at each reading, without counting anything twice', async () => {
    const books = new Books()
    const metrics = new IndexerMetrics(books, () => undefined)
    books.recordsTaken = 3
    books.take(3)
    books.end('indexed')
    books.end('dead_lettered')
    books.deadLettered('MILLRACE_BULK_REJECTED')
    await metrics.text()
    books.recordsTaken = 5
    const text = await metrics.text()
    expect(text).toContain('indexer_source_records_total 5')
    expect(text).toContain('indexer_settle_events_total{fate="indexed"} 1')
    expect(text).toContain('indexer_settle_events_total{fate="duplicate"} 0')
    expect(text).toContain('indexer_dead_letter_records_total{code="MILLRACE_BULK_REJECTED"} 1')
    expect(text).toContain('indexer_settle_in_hand_events 1')
  })

  it('shows lag, pauses and limits of the moment', async () => {
    const owner = new OwnedPartition('logs', 4, {
      recordsMax: 10,
      clockMarginMs: 0,
      assignedAtMs: 0,
    })
    owner.settlement.settleEvents(takeOpen(owner.settlement, 9, 1))
    owner.isPaused = true
    const metrics = new IndexerMetrics(new Books(), () => ({
      inFlightBytes: 77,
      requestsInFlight: 2,
      concurrencyLimit: 3,
      batchesQueued: 1,
      partitions: [owner],
      highWatermarks: new Map([[4, 30]]),
      stalledMs: () => 2_500,
    }))
    metrics.requestEnded({ outcome: 'too-large', latencyMs: 20, bytes: 100, items: 2 })
    metrics.indexed(1_500)
    metrics.progressed(7_000)
    // All of its items were there already: nothing was sent.
    metrics.requestEnded({ outcome: 'answered', latencyMs: 0, bytes: 0, items: 0 })
    const text = await metrics.text()
    expect(text).toContain('indexer_source_lag_records{partition="4"} 20')
    expect(text).toContain('indexer_source_assigned_partitions 1')
    expect(text).toContain('indexer_source_paused_partitions 1')
    expect(text).toContain('indexer_bulk_in_flight_requests 2')
    expect(text).toContain('indexer_bulk_in_flight_max_requests 3')
    expect(text).toContain('indexer_settle_in_flight_bytes 77')
    expect(text).toContain('indexer_bulk_requests_total{outcome="too-large"} 1')
    expect(text).toContain('indexer_settle_delay_seconds_bucket{le="2.5"} 1')
    expect(text).toContain('indexer_source_stalled_seconds{partition="4"} 2.5')
    expect(text).toContain('indexer_source_standstill_seconds_bucket{le="10"} 1')
    expect(text).not.toContain('outcome="answered"')
    expect(text).toContain('process_resident_memory_bytes')
  })
})
