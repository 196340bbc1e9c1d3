import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planFor, readFigures, scalingPage, scalingPagePath } from '../docs/scaling-page.ts'

const page = readFileSync(join(import.meta.dirname, '../..', scalingPagePath), 'utf8')

test('the plans of docs/scaling.md follow from its figures (npm run docs writes them)', () => {
  expect(scalingPage()).toBe(page)
})

test('a plan rounds machines up and keeps the choices', () => {
  const figures = {
    ...readFigures(page),
    indexerMicroseconds: 10,
    storeMicroseconds: 50,
    storedBytes: 200,
    topicBytes: 100,
    coreShare: 0.5,
    storeCopies: 2,
    partitionsPerWorker: 2,
    partitionsMin: 12,
    cellCores: 100,
  }
  // 100,000 × 10 µs = 1 core, at half a core each: 2; Elasticsearch 100,000 × 50 µs × 2 = 10 cores: 20.
  expect(planFor(100_000, figures)).toMatchObject({
    workers: 2,
    partitions: 12,
    storeCores: 20,
    topicMegabytes: 10,
    storedGigabytesPerDay: 3456,
    cells: 1,
  })
  expect(planFor(1_000_001, figures)).toMatchObject({
    workers: 21,
    partitions: 42,
    storeCores: 201,
    cells: 3,
  })
  expect(planFor(1, figures)).toMatchObject({ workers: 1, partitions: 12, storeCores: 1, cells: 1 })
})

test('a page without one of the figures is told apart', () => {
  expect(() => readFigures(page.replace('| copies in Kafka |', '| copies |'))).toThrow(
    'docs/scaling.md has no figure for "copies in Kafka"',
  )
})
