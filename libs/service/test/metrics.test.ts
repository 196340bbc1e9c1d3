import { expect, test } from 'vitest'
import { createMetrics, defineMetrics, describeMetrics } from '../src/index.ts'

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
