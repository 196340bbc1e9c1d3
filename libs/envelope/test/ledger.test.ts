import { describe, expect, it } from 'vitest'
import {
  decodeLedger,
  encodeLedger,
  type Ledger,
  ledgerForAnother,
  ledgerId,
} from '../src/ledger.ts'
import { SequenceRanges } from '../src/sequence-ranges.ts'

const ledger: Ledger = {
  instance: '01hgw2bbg0000001',
  number: 3,
  at: 1_795_392_000_000,
  issued: 120,
  settled: 100,
  isClosed: false,
  durability: 'overflow',
  published: 80,
  truncated: 1,
  redacted: 4,
  spooled: 10,
  dropped: { 'memory-full': 7 },
  droppedRanges: { 'memory-full': SequenceRanges.of([[3, 9]]) },
  droppedUnidentified: {},
  spooledRanges: SequenceRanges.of([
    [41, 49],
    [60, 60],
  ]),
}

describe('a ledger', () => {
  it('comes back from its bytes, and says its ranges in a text that people can read', () => {
    const bytes = encodeLedger(ledger)
    expect(decodeLedger(bytes)).toEqual(ledger)
    expect(JSON.parse(bytes.toString())).toMatchObject({
      v: 1,
      droppedRanges: { 'memory-full': '3-9' },
      spooledRanges: '41-49,60',
    })
  })

  it('names its number, and its writer where another instance wrote it', () => {
    expect(ledgerId(ledger)).toBe('01hgw2bbg0000001-ledger-00000003')
    expect(ledgerId({ ...ledger, writer: '01hgw2bbg0000002' })).toBe(
      '01hgw2bbg0000001-ledger-01hgw2bbg0000002-00000003',
    )
  })

  it('is not read from what is none, and never claims to have settled more than was issued', () => {
    for (const text of ['', '[]', '{"v":1}', '{"v":1,"instance":"a","spooledRanges":"x"}']) {
      expect(decodeLedger(Buffer.from(text))).toBeUndefined()
    }
    const bytes = Buffer.from('{"v":2,"instance":"a","issued":5,"settled":9,"more":{}}')
    expect(decodeLedger(bytes)).toMatchObject({ issued: 5, settled: 5, durability: 'none' })
  })

  it('of another instance has all settled once it is closed, and says nothing of that before', () => {
    const missing = SequenceRanges.of([[6, 8]])
    const known = {
      instance: '01hgw2bbg0000001',
      writer: '01hgw2bbg0000002',
      number: 1,
      at: 5,
      issued: 9,
      durability: 'always',
      published: 5,
      dropped: new Map([['spool-damaged', missing]]),
    } as const
    const closed = ledgerForAnother({ ...known, isClosed: true })
    expect(closed).toMatchObject({ settled: 9, dropped: { 'spool-damaged': 3 } })
    expect(String(closed.droppedRanges['spool-damaged'])).toBe('6-8')
    expect(decodeLedger(encodeLedger(closed))).toEqual(closed)
    expect(ledgerForAnother({ ...known, isClosed: false }).settled).toBe(0)
  })
})
