import { expect, test } from 'vitest'
import { detectFormat, readLine } from '../src/detect.ts'
import { EventWriter } from '../src/event-writer.ts'
import { defineFormat, type FormatContext } from '../src/format.ts'
import type { Draft } from '../src/draft.ts'

const times = { timeZone: 'UTC', nearMs: 0 }

/** An envelope as Docker, CRI and CloudWatch will be: an inner text, and a time that only fills a gap. */
const envelope = defineFormat({
  name: 'envelope',
  shape: 'text',
  recognize: ({ text }) => text,
  normalize(text: string, draft: Draft, context: FormatContext) {
    context.unwrap(text.slice(text.indexOf('|') + 1), draft)
    draft.take('@timestamp', 'time', text.slice(0, text.indexOf('|')))
  },
})

test("an envelope's time only fills what its payload left open", () => {
  const withTime = new EventWriter(
    readLine('2020-01-01T00:00:00Z|{"level":30,"time":1767323045123,"msg":"in"}'),
    times,
  )
  withTime.write(envelope)
  expect(withTime.formatName).toBe('pino')
  expect(withTime.drafts[0]!.document).toMatchObject({
    '@timestamp': '2026-01-02T03:04:05.123Z',
    message: 'in',
  })
  expect(withTime.drafts[0]!.attributes()).toEqual({ time: '2020-01-01T00:00:00Z' })
  const without = new EventWriter(readLine('2020-01-01T00:00:00Z|hello'), times)
  without.write(envelope)
  expect(without.drafts[0]!.document).toMatchObject({
    '@timestamp': '2020-01-01T00:00:00.000Z',
    message: 'hello',
  })
})

test('a record may hold several events, or none after all', () => {
  const batch = defineFormat({
    name: 'batch',
    shape: 'text',
    recognize: ({ text }) => text,
    normalize(text: string, draft: Draft, context: FormatContext) {
      const [first, ...others] = text.split(',')
      if (first === '') context.discard(draft)
      draft.put('message', first)
      for (const other of others) context.nextEvent().put('message', other)
    },
  })
  const writer = new EventWriter(readLine('a,b,c'), times)
  writer.write(batch)
  expect(writer.drafts.map(({ document }) => document['message'])).toEqual(['a', 'b', 'c'])
  const none = new EventWriter(readLine(''), times)
  none.write(batch)
  expect(none.drafts).toEqual([])
})

test.each([
  ['pino', '{"level":30,"time":1,"msg":"x"}'],
  [
    'bunyan',
    '{"name":"n","hostname":"h","pid":1,"level":30,"msg":"x","time":"2026-01-02T03:04:05.123Z","v":0}',
  ],
  ['winston', '{"level":"info","message":"x"}'],
  ['ecs', '{"ecs.version":"1.6.0","message":"x"}'],
  ['ecs', '{"ecs":{"version":"1.6.0"},"level":30,"time":1}'],
  ['zerolog', '{"level":"info","time":"x","message":"zerolog"}'],
  ['json', '  {"a":1}'],
  ['text', '[{"a":1}]'],
  ['text', '{"a":1'],
])('%s is detected in %s', (name, line) => {
  expect(detectFormat(readLine(line)).format.name).toBe(name)
})
