import { describe, expect, it } from 'vitest'
import {
  type DeadLetterFacts,
  decodeDeadLetterFacts,
  deadLetterHistoryMax,
  deadLetterId,
  encodeDeadLetterFacts,
  recordIdOf,
  replayedRecordId,
} from '../src/dead-letter.ts'

const attempt = {
  code: 'MILLRACE_BULK_REJECTED',
  reason: 'Elasticsearch answered 400 document_parsing_exception',
  group: 'MILLRACE_BULK_REJECTED document_parsing_exception source.ip',
  deadLetteredAt: 1_795_392_000_000,
  status: 400,
  type: 'document_parsing_exception',
  bulkReason: 'failed to parse field [source.ip]',
}
const facts: DeadLetterFacts = {
  ...attempt,
  eventId: '01hgw2bbg0000001-00000001',
  topic: 'logs',
  partition: 2,
  offset: 41,
  timestamp: 1_795_391_999_000,
  attempts: 2,
  history: [attempt],
}

describe('the header of a dead letter', () => {
  it('comes back from its text', () => {
    expect(decodeDeadLetterFacts(Buffer.from(encodeDeadLetterFacts(facts)))).toEqual(facts)
  })

  it('keeps the newest of many earlier attempts', () => {
    const history = Array.from({ length: 25 }, (_, index) => ({ ...attempt, status: 400 + index }))
    const read = decodeDeadLetterFacts(Buffer.from(encodeDeadLetterFacts({ ...facts, history })))
    expect(read!.history).toEqual(history.slice(-deadLetterHistoryMax))
  })

  it('is read with defaults where an older release left members out, and refused when it says too little', () => {
    const { attempts: _attempts, history: _history, group: _group, ...older } = facts
    const read = decodeDeadLetterFacts(Buffer.from(JSON.stringify({ v: 1, ...older })))
    expect(read).toMatchObject({ attempts: 1, history: [], group: attempt.code })
    for (const text of ['', '{}', '{"v":1}', '{"v":1,"code":"A","reason":"b","eventId":""}']) {
      expect(decodeDeadLetterFacts(Buffer.from(text))).toBeUndefined()
    }
  })
})

describe('the id of a replayed record', () => {
  const headersWith = (eventId: string): Record<string, Uint8Array> => ({
    'millrace-dead-letter': Buffer.from(encodeDeadLetterFacts({ ...facts, eventId })),
  })

  it.each([
    ['a minted id', '01hgw2bbg0000001-00000001', '01hgw2bbg0000001-00000001'],
    ['one event of several', '01hgw2bbg0000001-00000001.12', '01hgw2bbg0000001-00000001'],
    ['the id of a place', 'k0123456789ab-3-0000000000000007', 'k0123456789ab-3-0000000000000007'],
    [
      'an event of a place',
      'k0123456789ab-3-0000000000000007.0',
      'k0123456789ab-3-0000000000000007',
    ],
    ['anything else', 'customer-7', undefined],
  ])('is that of its record for %s', (_, eventId, expected) => {
    expect(replayedRecordId(headersWith(eventId))).toBe(expected)
  })

  it('is not there for a record that was not replayed, or whose header says nothing', () => {
    expect(replayedRecordId({})).toBeUndefined()
    expect(replayedRecordId({ 'millrace-dead-letter': Buffer.from('{}') })).toBeUndefined()
  })

  it('takes only an index off, and never a part of another name', () => {
    expect(recordIdOf('01hgw2bbg0000001-ledger-00000003')).toBe('01hgw2bbg0000001-ledger-00000003')
    expect(recordIdOf('host.7')).toBe('host.7')
  })

  it('differs from the document of its dead letter, which each attempt has of its own', () => {
    expect(deadLetterId(facts)).toBe('01hgw2bbg0000001-00000001-dead-letter-2')
  })
})
