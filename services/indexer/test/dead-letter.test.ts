import { describe, expect, it } from 'vitest'
import { buildDeadLetter, causeGroup, identifyRecord } from '../src/dead-letter.mts'
import { fakeRecord } from './support/fakes.ts'

const minted = '01h2xcejqtf2nbrx-0000001z'
const millrace = { millrace: Buffer.from('{"v":1}') }
const cause = { code: 'MILLRACE_BULK_REJECTED', reason: 'Elasticsearch answered 400' } as const

describe('a dead letter', () => {
  it('keeps a value of null, an empty header and bytes that are no text', () => {
    const record = {
      ...fakeRecord(2, 7, ''),
      value: null,
      headers: { raw: Uint8Array.of(0xff, 0x00), empty: undefined },
    }
    const letter = buildDeadLetter(record, { eventId: 'e', cause, deadLetteredAtMs: 5 })
    expect(letter.value).toBeNull()
    expect(letter.headers!['raw']).toEqual(Uint8Array.of(0xff, 0x00))
    expect(letter.headers!['empty']).toBe('')
    expect(JSON.parse(String(letter.headers!['millrace-dead-letter']))).toMatchObject({
      partition: 2,
      offset: 7,
      deadLetteredAt: 5,
    })
  })
})

describe('the group of a cause', () => {
  it.each([
    [cause, 'MILLRACE_BULK_REJECTED'],
    [
      { ...cause, bulk: { status: 400, type: 'mapper_parsing_exception', reason: 'no' } },
      'MILLRACE_BULK_REJECTED mapper_parsing_exception',
    ],
    [
      {
        ...cause,
        bulk: {
          status: 400,
          type: 'document_parsing_exception',
          reason: "[1:2] failed to parse field [client.ip] of type [ip] in document with id 'x'",
        },
      },
      'MILLRACE_BULK_REJECTED document_parsing_exception client.ip',
    ],
  ])('of %j is %s', (each, group) => {
    expect(causeGroup(each)).toBe(group)
  })
})

describe('the identity of a record without an event', () => {
  it('is its key where a Millrace instance minted one', () => {
    const record = { ...fakeRecord(1, 5, 'x'), key: Buffer.from(minted), headers: millrace }
    expect(identifyRecord(record, 'cluster')).toBe(minted)
  })

  it.each([
    ['without the header', { key: Buffer.from(minted), headers: {} }],
    ['with another key', { key: Buffer.from('customer-5'), headers: millrace }],
    ['without a key', { key: null, headers: millrace }],
  ])('is its place %s', (_, parts) => {
    const id = identifyRecord({ ...fakeRecord(1, 5, 'x'), ...parts }, 'cluster')
    expect(id).toMatch(/^k[0-9a-f]{12}-1-0000000000000005$/)
  })
})
