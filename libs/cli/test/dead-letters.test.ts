import { groupLetters } from '@millrace/dead-letters'
import { describe, expect, it } from 'vitest'
import { groupsText, letterJson, letterText } from '../src/letter-text.ts'
import { runCommand } from './support/command.ts'

const minted = '01h2xcejqtf2nbrx-0000001z'
const facts = {
  code: 'MILLRACE_BULK_REJECTED',
  reason: 'Elasticsearch answered 400',
  group: 'A',
  deadLetteredAt: 1_767_323_046_000,
  eventId: minted,
  topic: 'logs',
  partition: 1,
  offset: 5,
  timestamp: 1_767_323_044_000,
  attempts: 1,
  history: [],
}
const letter = {
  eventId: minted,
  recordId: minted,
  group: 'A\u001b[2J',
  code: 'A',
  reason: 'because',
  at: 1_000,
  attempts: 1,
  service: '\u001b[1m',
  partition: 0,
  offset: 0,
}

function parked(value: Uint8Array, headers: Record<string, Uint8Array> = {}) {
  const place = { topic: 'logs.dead-letter', partition: 0, offset: 9 }
  return { ...place, timestampMs: facts.deadLetteredAt, key: Buffer.from(minted), value, headers }
}

describe('on a terminal', () => {
  const style = (_style: unknown, text: string): string => text

  it('what a line holds cannot command it', () => {
    const record = parked(Buffer.from('\u001b]0;owned\u0007x'))
    const groups = groupLetters([letter], undefined)
    const shown = {
      record,
      facts,
      documents: [{ message: '\u001b[2J' }],
      rejections: [],
      isIndexed: false,
    }
    const text = groupsText(groups, { deadLetterTopic: 't', style }) + letterText(shown, style)
    expect(text).not.toContain('\u001b')
  })

  it('nothing parked is said in one line', () => {
    expect(groupsText([], { deadLetterTopic: 'logs.dead-letter', style })).toBe(
      'No dead letters in logs.dead-letter.\n',
    )
  })

  it('JSON keeps bytes that are no text', () => {
    const bytes = Buffer.from([0xff, 0x00])
    const record = parked(bytes, { raw: bytes })
    const shown = { record, facts, documents: [], rejections: [], isIndexed: undefined }
    expect(letterJson(shown)).toMatchObject({
      valueBase64: '/wA=',
      headers: { raw: { base64: '/wA=' } },
      indexed: null,
      eventId: minted,
    })
  })
})

describe('wrong use', () => {
  it.each([
    [['replay'], 'one of --all, --group "GROUP" and --id ID'],
    [['replay', '--all', '--id', 'x'], 'one of --all, --group "GROUP" and --id ID'],
    [['replay', '--all', '--format', 'pinoo'], 'did you mean pino?'],
    [['replay', '--all', '--since', 'yesterday'], 'It must be a time such as'],
    [['show'], 'takes an event id, or --group'],
    [['show', 'x', '--group', 'y'], 'takes an event id, or --group'],
  ])('%j ends with 2 and says what is right', async (parameters, sentence) => {
    const { exitCode, stdout, stderr } = await runCommand(['dead-letters', ...parameters])
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(sentence)
  })
})
