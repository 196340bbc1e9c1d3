import {
  encodeLedger,
  encodeSourceFacts,
  type Ledger,
  readLedger,
  SequenceRanges,
} from '@millrace/envelope'
import { describe, expect, it } from 'vitest'
import { takeIn } from '../src/intake.mts'
import { fakeRecord } from './support/fakes.ts'

const receivedAtMs = 1_767_323_050_000
const ledger: Ledger = {
  instance: '01h2xcejqtf2nbrx',
  number: 3,
  at: 1_767_323_045_000,
  issued: 120,
  settled: 110,
  isClosed: false,
  durability: 'overflow',
  published: 100,
  truncated: 1,
  redacted: 2,
  spooled: 5,
  dropped: { 'memory-full': 4 },
  droppedRanges: { 'memory-full': SequenceRanges.of([[7, 10]]) },
  droppedUnidentified: {},
  spooledRanges: SequenceRanges.of([[111, 115]]),
}
const headers = {
  millrace: encodeSourceFacts({ kind: 'ledger', 'service.name': 'orders', 'agent.version': '1.2' }),
}
const ofKind = { normalize: () => ({ events: [], rejections: [], kind: 'ledger' }) }

function take(value: Uint8Array | null): ReturnType<typeof takeIn> {
  return takeIn({ ...fakeRecord(0, 4, ''), value, headers }, receivedAtMs, ofKind)
}

describe('a ledger in the topic', () => {
  it('becomes a document among the metrics, with the id that says whose and which it is', () => {
    const { items, rejections } = take(encodeLedger(ledger))
    expect(rejections).toEqual([])
    const [action, document] = items[0]!.lines.trimEnd().split('\n')
    expect(items[0]!.id).toBe('01h2xcejqtf2nbrx-ledger-00000003')
    expect(JSON.parse(action!)).toEqual({
      create: { _index: 'metrics-millrace.ledger-default', _id: items[0]!.id },
    })
    const read = JSON.parse(document!) as { millrace: { ledger: Record<string, unknown> } }
    expect(read).toMatchObject({
      '@timestamp': '2026-01-02T03:04:05.000Z',
      event: { kind: 'metric', dataset: 'millrace.ledger', created: '2026-01-02T03:04:04.000Z' },
      data_stream: { type: 'metrics', dataset: 'millrace.ledger', namespace: 'default' },
      agent: { type: 'millrace', version: '1.2', ephemeral_id: '01h2xcejqtf2nbrx' },
      service: { name: 'orders' },
    })
    expect(readLedger(read.millrace.ledger)).toEqual(ledger)
  })

  it('of a writer that took over names both, and two of them never share an id', () => {
    const writer = '01h2xcejqtf2nbry'
    const { items } = take(encodeLedger({ ...ledger, writer }))
    expect(items[0]!.id).toBe(`01h2xcejqtf2nbrx-ledger-${writer}-00000003`)
  })

  it('with a time that cannot be believed has that of its record', () => {
    const { items } = take(encodeLedger({ ...ledger, at: receivedAtMs + 90_000_000 }))
    expect(items[0]!.lines).toContain('"@timestamp":"2026-01-02T03:04:04.000Z"')
  })

  it.each([
    ['has no value', null],
    ['is no JSON', Buffer.from('{')],
    ['names no instance', Buffer.from('{"v":1,"issued":3}')],
    ['has unreadable ranges', Buffer.from('{"v":1,"instance":"a","spooledRanges":"5-1"}')],
    ['names something that is no instance', encodeLedger({ ...ledger, instance: 'x'.repeat(600) })],
    ['names a writer that is none', encodeLedger({ ...ledger, writer: 'somebody' })],
  ])('that %s is a dead letter', (_, value) => {
    const { items, rejections } = take(value)
    expect(items).toEqual([])
    expect(rejections).toMatchObject([{ ok: false, code: 'MILLRACE_DECODE_LEDGER' }])
    expect(rejections[0]!.reason.length).toBeLessThan(256)
  })
})
