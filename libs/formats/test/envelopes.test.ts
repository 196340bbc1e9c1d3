import { expect, test, vi } from 'vitest'
import { readLine } from '../src/detect.ts'
import type { Draft } from '../src/draft.ts'
import { envelopesMax, EventWriter } from '../src/event-writer.ts'
import type { FormatContext, LogFormat } from '../src/format.ts'

// A registry with an envelope that holds whatever comes after its `>`, also another envelope.
vi.mock('../src/registry.ts', async (importOriginal) => {
  const { formats } = await importOriginal<{ formats: readonly LogFormat[] }>()
  const envelope: LogFormat<string> = {
    name: 'envelope',
    shape: 'text',
    recognize: ({ text }) => (text.startsWith('>') ? text.slice(1) : undefined),
    normalize: (inner: string, draft: Draft, context: FormatContext) =>
      context.unwrap(inner, draft),
  }
  return { formats: [envelope, ...formats] }
})

function messageOf(envelopes: number): unknown {
  const line = readLine(`${'>'.repeat(envelopes)}{"level":30,"msg":"inside"}`)
  const writer = new EventWriter(line, {})
  writer.write(undefined)
  return writer.drafts[0]!.document['message']
}

test('as many envelopes as allowed are opened', () => {
  expect(messageOf(envelopesMax)).toBe('inside')
})

test('what lies in one envelope more is plain text', () => {
  expect(messageOf(envelopesMax + 1)).toBe('{"level":30,"msg":"inside"}')
  expect(messageOf(envelopesMax + 3)).toBe('>>{"level":30,"msg":"inside"}')
})
