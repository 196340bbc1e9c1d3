import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import {
  caseFiles,
  fixtureFormats,
  fixtures,
  readCase,
} from '../../../../test/support/format-fixtures.ts'
import { type NormalizeOutcome, RecordNormalizer, type SourceRecord } from '../../src/index.ts'
import { plannedLengthMax } from '../../src/plans/record-cursor.ts'
import { PlannedEvent } from '../../src/plans/planned-event.ts'
import { decidingTexts, lineOf, lineSkeleton } from '../support/line-skeletons.ts'

// Thousands of runs, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 })

const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')

function millrace(facts: Record<string, unknown>): SourceRecord['headers'] {
  return { millrace: Buffer.from(JSON.stringify({ v: 1, ...facts })) }
}

const headers = fc.constantFrom<SourceRecord['headers']>(
  {},
  { format: Buffer.from('pino') },
  millrace({
    format: 'pino',
    'service.name': 'shop',
    'service.version': '1.2',
    'host.name': 'node',
  }),
  millrace({ format: 'ecs', 'service.name': 'orders', dataset: 'Shop Orders' }),
  millrace({ 'agent.type': 'a', 'agent.version': '123' }),
)

/** Feeds lines to one normalizer, and reads each record by the rules alone too. */
class Comparison {
  planned = 0
  // Lessons without end; few plans, so that they are forgotten now and then.
  readonly #normalizer = new RecordNormalizer({
    clusterId: 'property',
    plans: { lessonsAtFirst: 1e9, plansMax: 500 },
  })

  feed(line: string, recordHeaders: SourceRecord['headers']): { made: string; byRules: string } {
    const isMinted = recordHeaders['millrace'] !== undefined
    const record: SourceRecord = {
      topic: 'logs',
      partition: 0,
      offset: 7,
      timestampMs: receivedAtMs - 20,
      key: isMinted ? Buffer.from('06dfk3a4c0000000-0000000z') : null,
      value: Buffer.from(line),
      headers: recordHeaders,
    }
    const outcome = this.#normalizer.normalize(record, receivedAtMs)
    // With a trace, no plan is asked: this is what `explain` shows.
    const byRules = this.#normalizer.normalize(record, receivedAtMs, {})
    if (outcome.events[0] instanceof PlannedEvent) this.planned++
    return { made: written(outcome), byRules: written(byRules) }
  }
}

/** All of it, and each document as an object and as text. */
function written({ events, rejections }: NormalizeOutcome): string {
  const texts = events.map(({ documentText }) => documentText)
  return JSON.stringify({ events, rejections, texts })
}

test('a line of keys that were seen before becomes the document that the rules make of it', () => {
  const comparison = new Comparison()
  fc.assert(
    fc.property(lineSkeleton, headers, (skeleton, recordHeaders) => {
      for (const which of [0, 1, 0] as const) {
        const { made, byRules } = comparison.feed(lineOf(skeleton, which), recordHeaders)
        expect(made).toBe(byRules)
      }
    }),
    { numRuns: 2000 },
  )
  expect(comparison.planned).toBeGreaterThan(200)
})

function jsonLines(formats: readonly string[]): string[] {
  return formats
    .flatMap((format) =>
      caseFiles(format).flatMap((file) => readCase(new URL(`${format}/`, fixtures), file).records),
    )
    .map(({ value }) => Buffer.from(value!).toString())
    .filter((line) => line.startsWith('{') && line.length <= plannedLengthMax)
}

/** A text that no key follows. */
const textValue = /"(?:[^"\\]|\\.)*"(?!\s*:)/g

test('a genuine line after one of other texts becomes the document that the rules make of it', () => {
  const comparison = new Comparison()
  const replacement = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('"other"', ...decidingTexts) },
  )
  const line = fc.oneof(
    fc.constantFrom(...jsonLines(fixtureFormats())),
    fc.constantFrom(...jsonLines(['pino', 'ecs'])),
  )
  fc.assert(
    fc.property(line, fc.infiniteStream(replacement), headers, (genuine, others, recordHeaders) => {
      const changed = genuine.replace(textValue, (text) => others.next().value ?? text)
      for (const fed of [changed, genuine, changed]) {
        const { made, byRules } = comparison.feed(fed, recordHeaders)
        expect(made).toBe(byRules)
      }
    }),
    { numRuns: 2000 },
  )
  expect(comparison.planned).toBeGreaterThan(100)
})
