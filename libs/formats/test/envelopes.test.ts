import { expect, test } from 'vitest'
import { readLine } from '../src/detect.ts'
import type { Draft } from '../src/draft.ts'
import { envelopesMax, EventWriter } from '../src/event-writer.ts'
import { FormatList } from '../src/format-list.ts'
import type { FormatContext, LogFormat } from '../src/format.ts'

/** An envelope that holds whatever comes after its `>`, also another envelope. */
const envelope: LogFormat<string> = {
  name: 'envelope',
  shape: 'text',
  recognize: ({ text }) => (text.startsWith('>') ? text.slice(1) : undefined),
  normalize: (inner: string, draft: Draft, context: FormatContext) => context.unwrap(inner, draft),
}
const formats = new FormatList([envelope])

function messageOf(envelopes: number): unknown {
  const line = readLine(`${'>'.repeat(envelopes)}{"level":30,"msg":"inside"}`)
  const writer = new EventWriter(line, {}, { formats })
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
