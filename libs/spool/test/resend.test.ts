import { decodeLedger, decodeSourceFacts, headerName, SequenceRanges } from '@millrace/envelope'
import { expect, test } from 'vitest'
import { recoveryLedger, resentRecords, type SpoolHead } from '../src/index.ts'
import { line } from './support/spool.ts'

const instance = '06h09amfz8ty4w2k'
const head: SpoolHead = {
  instance,
  topic: 'logs',
  brokers: ['b:1'],
  header: Buffer.from('{"v":1,"service.name":"orders"}'),
  createdAtMs: 1,
}

test('a record that is sent again keeps key, time and bytes, and says that it may have come before', () => {
  const toRecord = resentRecords(head)
  const common = toRecord({ ...line(1), key: 'a' })
  expect(common).toMatchObject({ key: 'a', timestampMs: 1_700_000_000_000 })
  expect(decodeSourceFacts(common.headers[headerName]!)).toEqual({
    'service.name': 'orders',
    resent: true,
  })
  const cut = toRecord({ ...line(2), key: 'b', header: Buffer.from('{"v":1,"truncated":7}') })
  expect(decodeSourceFacts(cut.headers[headerName]!)).toEqual({ truncated: 7, resent: true })
  const broken = toRecord({ ...line(3), key: 'c', header: Buffer.from('{') })
  expect(Buffer.from(broken.headers[headerName]!).toString()).toBe('{')
})

test('the last ledger of a dead instance names what could not be read', () => {
  const recovery = {
    instance,
    head,
    issued: 9,
    published: SequenceRanges.of([[1, 5]]),
    missing: SequenceRanges.of([[6, 8]]),
    damages: [],
  }
  const options = { writer: 'w', number: 2, at: 5, durability: 'always' } as const
  const record = recoveryLedger(recovery, options)
  expect(record.key).toBe(`${instance}-ledger-w-00000002`)
  const facts = decodeSourceFacts(record.headers[headerName]!)
  expect(facts).toEqual({ 'service.name': 'orders', kind: 'ledger' })
  const ledger = decodeLedger(record.value)!
  expect(ledger).toMatchObject({ issued: 9, settled: 9, isClosed: true, published: 5 })
  expect(String(ledger.droppedRanges['spool-damaged'])).toBe('6-8')
  const headless = recoveryLedger({ ...recovery, head: undefined }, options)
  expect(decodeSourceFacts(headless.headers[headerName]!)).toEqual({ kind: 'ledger' })
})
