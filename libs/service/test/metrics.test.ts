import { expect, test } from 'vitest'
import { createMetrics, defineMetrics, describeMetrics, mergedMetricsText } from '../src/index.ts'

const table = defineMetrics({
  demo_bulk_items_total: { kind: 'counter', help: 'Items.', labels: ['verdict'] },
  demo_lag_records: { kind: 'gauge', help: 'Lag.', labels: ['partition'] },
  demo_bulk_seconds: { kind: 'histogram', help: 'Time.', buckets: [0.1, 1] },
})

test('counters add, gauges are set, histograms observe, each under its labels', async () => {
  const { metrics, text } = createMetrics(table, { defaultLabels: { service: 'demo' } })
  metrics.demo_bulk_items_total.add(2, { verdict: 'indexed' })
  metrics.demo_bulk_items_total.add(undefined, { verdict: 'indexed' })
  metrics.demo_lag_records.set(7, { partition: 0 })
  metrics.demo_bulk_seconds.observe(0.5)
  const lines = (await text()).split('\n')
  expect(lines).toContain('demo_bulk_items_total{verdict="indexed",service="demo"} 3')
  expect(lines).toContain('demo_lag_records{partition="0",service="demo"} 7')
  expect(lines).toContain('demo_bulk_seconds_bucket{le="1",service="demo"} 1')
  expect(lines).toContain('demo_bulk_seconds_sum{service="demo"} 0.5')
})

test('two registries of one table do not share numbers', async () => {
  const first = createMetrics(table)
  const second = createMetrics(table)
  first.metrics.demo_lag_records.set(1, { partition: 0 })
  expect(await second.text()).not.toContain('demo_lag_records{')
})

test('gauges that are read are set just before each reading, and can forget', async () => {
  let lag = 1
  const { metrics, text } = createMetrics(table, {
    collect: () => {
      metrics.demo_lag_records.clear()
      metrics.demo_lag_records.set(lag, { partition: lag })
    },
  })
  expect(await text()).toContain('demo_lag_records{partition="1"} 1')
  lag = 2
  const second = await text()
  expect(second).toContain('demo_lag_records{partition="2"} 2')
  expect(second).not.toContain('partition="1"')
})

test('process metrics come on request', async () => {
  expect(await createMetrics(table).text()).not.toContain('process_resident_memory_bytes')
  const { text } = createMetrics(table, { processMetrics: true })
  expect(await text()).toContain('process_resident_memory_bytes')
})

test('the table describes itself for the documentation', () => {
  expect(describeMetrics(table)[0]).toEqual({
    name: 'demo_bulk_items_total',
    kind: 'counter',
    labels: ['verdict'],
    help: 'Items.',
  })
})

test('registries of several threads are one text: counters and histograms summed, gauges as declared', async () => {
  const merging = defineMetrics({
    demo_items_total: { kind: 'counter', help: 'Items.', labels: ['verdict'] },
    demo_bytes: { kind: 'gauge', help: 'Bytes.' },
    demo_lag_records: { kind: 'gauge', help: 'Lag.', labels: ['partition'], merge: 'max' },
    demo_seconds: { kind: 'histogram', help: 'Time.', buckets: [0.1, 1] },
  })
  const threads = [createMetrics(merging), createMetrics(merging)]
  for (const [index, { metrics }] of threads.entries()) {
    metrics.demo_items_total.add(index + 1, { verdict: 'indexed' })
    metrics.demo_bytes.set(10)
    metrics.demo_lag_records.set(7 + index, { partition: 3 })
    metrics.demo_seconds.observe(0.5)
  }
  // What is merged has come from another thread.
  const snapshots = await Promise.all(
    threads.map(async ({ snapshot }) => structuredClone(await snapshot())),
  )
  const lines = (await mergedMetricsText(snapshots)).split('\n')
  expect(lines).toContain('demo_items_total{verdict="indexed"} 3')
  expect(lines).toContain('demo_bytes 20')
  expect(lines).toContain('demo_lag_records{partition="3"} 8')
  expect(lines).toContain('demo_seconds_bucket{le="1"} 2')
  expect(lines).toContain('demo_seconds_bucket{le="0.1"} 0')
  expect(lines).toContain('demo_seconds_sum 1')
  expect(lines).toContain('demo_seconds_count 2')
  expect(lines).toContain('# TYPE demo_seconds histogram')
})

test('merged, the process has the metrics that it has alone, each once', async () => {
  const namesOf = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('# TYPE '))
      .toSorted()
  const alone = createMetrics(table, { processMetrics: true })
  const main = createMetrics(table, { processMetrics: true })
  const thread = createMetrics(table, { processMetrics: 'thread' })
  expect(await thread.text()).not.toContain('process_')
  expect(await thread.text()).toContain('nodejs_heap_size_used_bytes')
  const merged = await mergedMetricsText([await main.snapshot(), await thread.snapshot()])
  expect(namesOf(merged)).toEqual(namesOf(await alone.text()))
  const started = /^process_start_time_seconds (\d+)/m
  expect(started.exec(merged)?.[1]).toBe(started.exec(await alone.text())?.[1])
})
