import { type DeadLetterFacts, encodeDeadLetterFacts, encodeSourceFacts } from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'
import { describe, expect, it } from 'vitest'
import { groupLetters, type Letter, LetterReader, NewestLetters } from '../src/letter.ts'
import { lettersStillOpen, lettersToReplay } from '../src/replay.ts'
import { originalRecord, replayRecord } from '../src/replay-record.ts'

const minted = '01h2xcejqtf2nbrx-0000001z'
const place = 'k0123456789ab-1-0000000000000005'
const facts: DeadLetterFacts = {
  code: 'MILLRACE_BULK_REJECTED',
  reason: 'Elasticsearch answered 400',
  group: 'MILLRACE_BULK_REJECTED mapper client.ip',
  deadLetteredAt: 1_767_323_046_000,
  type: 'mapper',
  status: 400,
  bulkReason: 'failed to parse field [client.ip]',
  eventId: minted,
  topic: 'logs',
  partition: 1,
  offset: 5,
  timestamp: 1_767_323_044_000,
  attempts: 1,
  history: [],
}

function parked(
  change: Partial<DeadLetterFacts> = {},
  headers: Record<string, Uint8Array> = {},
): KafkaRecord {
  const own = { ...facts, ...change }
  return {
    topic: 'logs.dead-letter',
    partition: 0,
    offset: 9,
    timestampMs: own.deadLetteredAt,
    key: Buffer.from(own.eventId),
    value: Buffer.from('a line'),
    headers: { ...headers, 'millrace-dead-letter': Buffer.from(encodeDeadLetterFacts(own)) },
  }
}

function letter(change: Partial<Letter> = {}): Letter {
  const { eventId = minted } = change
  const recordId = eventId.split('.')[0]!
  return {
    eventId,
    recordId,
    group: 'A',
    code: 'A',
    reason: 'because',
    at: 1_000,
    attempts: 1,
    service: undefined,
    partition: 0,
    offset: 0,
    ...change,
  }
}

const textOf = (bytes: Uint8Array | string | undefined): string => Buffer.from(bytes!).toString()

describe('a replayed record', () => {
  it('of an instance of ours has its key, its bytes, its time, every member of its header, and the mark', () => {
    const header = Buffer.from('{"v":1,"format":"pino","service.name":"orders","later":[1]}')
    const record = parked(
      { eventId: `${minted}.3` },
      { millrace: header, traceparent: Buffer.from('t') },
    )
    const replayed = replayRecord(record, { ...facts, eventId: `${minted}.3` })
    expect(textOf(replayed.key!)).toBe(minted)
    expect(textOf(replayed.value!)).toBe('a line')
    expect(replayed.timestampMs).toBe(facts.timestamp)
    expect(JSON.parse(textOf(replayed.headers!['millrace']))).toEqual({
      v: 1,
      format: 'pino',
      'service.name': 'orders',
      later: [1],
      resent: true,
    })
    expect(textOf(replayed.headers!['traceparent'])).toBe('t')
    expect(replayed.headers!['millrace-dead-letter']).toBe(record.headers['millrace-dead-letter'])
  })

  it('of another producer has its own key or none, its headers, and no header of ours but the history', () => {
    const own = { ...facts, eventId: place }
    const keyed = parked(own, {
      'millrace-dead-letter-key': Buffer.from('customer-5'),
      service: Buffer.from('billing'),
    })
    const replayed = replayRecord(keyed, own)
    expect(textOf(replayed.key!)).toBe('customer-5')
    expect(Object.keys(replayed.headers!).toSorted()).toEqual(['millrace-dead-letter', 'service'])
    expect(replayRecord(parked(own), own).key).toBeNull()
  })

  it.each([
    [
      'a readable header',
      { millrace: encodeSourceFacts({ format: 'pino' }) },
      minted,
      { ours: 'json', plain: undefined },
    ],
    [
      'an unreadable header and a key of ours',
      { millrace: Buffer.from('{') },
      minted,
      { ours: 'json', plain: undefined },
    ],
    [
      'an unreadable header and no key of ours',
      { millrace: Buffer.from('{') },
      place,
      { ours: undefined, plain: 'json' },
    ],
    ['no header', {}, place, { ours: undefined, plain: 'json' }],
    ['a plain header', { format: Buffer.from('nginx') }, place, { ours: undefined, plain: 'json' }],
  ])('with %s is read by the format that a person names', (_, headers, eventId, expected) => {
    const own = { ...facts, eventId }
    const replayed = replayRecord(parked(own, headers), own, { format: 'json' })
    const header = replayed.headers!['millrace']
    const read = header === undefined ? {} : (JSON.parse(textOf(header)) as { format?: string })
    expect(read.format).toBe(expected.ours)
    const format = replayed.headers!['format']
    expect(format === undefined ? undefined : textOf(format)).toBe(expected.plain)
  })

  it('with an unreadable header and no format goes back as it was', () => {
    const record = parked({}, { millrace: Buffer.from('{broken') })
    expect(textOf(replayRecord(record, facts).headers!['millrace'])).toBe('{broken')
  })

  it('that must be smaller leaves its history out', () => {
    const { reason, code, group, deadLetteredAt } = facts
    const history = [{ reason, code, group, deadLetteredAt }]
    const own = { ...facts, attempts: 2, history }
    const replayed = replayRecord(parked(own), own, { withoutHistory: true })
    const header = JSON.parse(textOf(replayed.headers!['millrace-dead-letter'])) as object
    expect(header).toMatchObject({ attempts: 2, history: [], eventId: minted })
  })

  it('is, for a look at it, the record that the indexer read', () => {
    const own = { ...facts, eventId: place }
    const record = parked(own, { 'millrace-dead-letter-key': Buffer.from('customer-5') })
    const original = originalRecord(record, own)
    expect(original).toMatchObject({ topic: 'logs', partition: 1, offset: 5 })
    expect(textOf(original.key!)).toBe('customer-5')
    expect(original.headers).not.toHaveProperty('millrace-dead-letter-key')
  })
})

describe('letters', () => {
  it('are read with their service, and a record without the header is none', () => {
    const reader = new LetterReader()
    const headers = { millrace: encodeSourceFacts({ 'service.name': 'orders' }) }
    expect(reader.read(parked({ eventId: `${minted}.3` }, headers))!.letter).toEqual({
      eventId: `${minted}.3`,
      recordId: minted,
      group: facts.group,
      code: facts.code,
      reason: 'Elasticsearch answered 400: failed to parse field [client.ip]',
      at: facts.deadLetteredAt,
      attempts: 1,
      service: 'orders',
      partition: 0,
      offset: 9,
    })
    expect(reader.read({ ...parked(), headers: {} })).toBeUndefined()
  })

  it('of one event are one: that of the latest attempt', () => {
    const newest = new NewestLetters()
    newest.add(letter({ attempts: 2, at: 5, group: 'second' }))
    newest.add(letter({ attempts: 1, at: 9 }))
    newest.add(letter({ attempts: 2, at: 7, group: 'again' }))
    expect(newest.all().map(({ group }) => group)).toEqual(['again'])
  })

  it('are grouped by cause, the one with the most that are no documents first', () => {
    const letters = [
      letter({ eventId: 'a', group: 'A', at: 10, service: 'x' }),
      letter({ eventId: 'b', group: 'A', at: 30, reason: 'newest', service: 'y' }),
      letter({ eventId: 'c', group: 'A', at: 20, service: 'x', attempts: 3 }),
      letter({ eventId: 'd', group: 'B', at: 40 }),
      letter({ eventId: 'e', group: 'B', at: 50 }),
    ]
    expect(groupLetters(letters, new Set(['a', 'b']))).toMatchObject([
      { group: 'B', letters: 2, indexed: 0, services: [] },
      {
        group: 'A',
        letters: 3,
        indexed: 2,
        firstAt: 10,
        lastAt: 30,
        attemptsMax: 3,
        exampleId: 'b',
        exampleReason: 'newest',
        services: ['x', 'y'],
      },
    ])
    expect(groupLetters(letters, undefined)[0]).not.toHaveProperty('indexed')
  })

  it('of one record are replayed together, and left out only when all of them are indexed', () => {
    const letters = [
      letter({ eventId: `${minted}.1`, attempts: 1 }),
      letter({ eventId: `${minted}.2`, attempts: 2 }),
      letter({ eventId: 'other' }),
    ]
    expect(lettersToReplay(letters).map(({ eventId }) => eventId)).toEqual([`${minted}.2`, 'other'])
    const open = lettersStillOpen(letters, new Set([`${minted}.2`, 'other']))
    expect(lettersToReplay(open).map(({ eventId }) => eventId)).toEqual([`${minted}.2`])
    expect(lettersStillOpen(letters, new Set(letters.map(({ eventId }) => eventId)))).toEqual([])
  })
})
