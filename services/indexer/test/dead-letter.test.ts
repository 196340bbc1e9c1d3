import type { DeadLetterFacts } from '@millrace/envelope'
import { describe, expect, it } from 'vitest'
import {
  buildDeadLetter,
  causeGroup,
  describeDeadLetter,
  identifyRecord,
} from '../src/dead-letter.mts'
import { fakeRecord } from './support/fakes.ts'

const minted = '01h2xcejqtf2nbrx-0000001z'
const millrace = { millrace: Buffer.from('{"v":1}') }
const cause = { code: 'MILLRACE_BULK_REJECTED', reason: 'Elasticsearch answered 400' } as const
const place = 'k0123456789ab-1-0000000000000005'

function headersOf(
  record: Parameters<typeof describeDeadLetter>[0],
  eventId = 'e',
): Readonly<Record<string, Uint8Array | string>> {
  const facts = describeDeadLetter(record, { eventId, cause, deadLetteredAtMs: 5 })
  return buildDeadLetter(record, facts).headers!
}

describe('a dead letter', () => {
  it('keeps a value of null, an empty header and bytes that are no text', () => {
    const record = {
      ...fakeRecord(2, 7, ''),
      value: null,
      headers: { raw: Uint8Array.of(0xff, 0x00), empty: undefined },
    }
    const facts = describeDeadLetter(record, { eventId: 'e', cause, deadLetteredAtMs: 5 })
    const letter = buildDeadLetter(record, facts)
    expect(letter.value).toBeNull()
    expect(letter.headers!['raw']).toEqual(Uint8Array.of(0xff, 0x00))
    expect(letter.headers!['empty']).toBe('')
    expect(JSON.parse(String(letter.headers!['millrace-dead-letter']))).toMatchObject({
      partition: 2,
      offset: 7,
      deadLetteredAt: 5,
      attempts: 1,
      history: [],
    })
  })

  it('keeps the key of another producer, and needs not for one that is the id', () => {
    const key = Buffer.from('customer-5')
    const foreign = headersOf({ ...fakeRecord(1, 5, 'x'), key }, place)
    expect(foreign['millrace-dead-letter-key']).toEqual(key)
    expect(headersOf(fakeRecord(1, 5, 'x'), place)).not.toHaveProperty('millrace-dead-letter-key')
    const own = { ...fakeRecord(1, 5, 'x'), key: Buffer.from(minted), headers: millrace }
    expect(headersOf(own, `${minted}.3`)).not.toHaveProperty('millrace-dead-letter-key')
  })

  it('that was replayed and fails again brings its earlier causes along, the newest ten of them', () => {
    const record = fakeRecord(1, 5, 'x')
    let history: Record<string, Uint8Array> = {}
    let facts: DeadLetterFacts | undefined
    for (let attempt = 1; attempt <= 13; attempt++) {
      const failed = { ...cause, reason: `reason ${attempt}` }
      const again = { ...record, headers: history }
      facts = describeDeadLetter(again, {
        eventId: place,
        cause: failed,
        deadLetteredAtMs: attempt,
      })
      const { headers } = buildDeadLetter(again, facts)
      const header = Buffer.from(String(headers!['millrace-dead-letter']))
      history = { 'millrace-dead-letter': header }
    }
    expect(facts).toMatchObject({ attempts: 13, reason: 'reason 13' })
    expect(facts!.history.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 10 }, (_, index) => `reason ${index + 3}`),
    )
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

  it('is the one that it had before a replay, wherever it is now', () => {
    const facts = { ...cause, eventId: `${place}.2`, topic: 'logs', partition: 1, offset: 5 }
    const header = Buffer.from(JSON.stringify({ v: 1, ...facts }))
    const record = { ...fakeRecord(0, 99, 'x'), headers: { 'millrace-dead-letter': header } }
    expect(identifyRecord(record, 'cluster')).toBe(place)
  })
})
