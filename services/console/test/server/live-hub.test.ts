import { RecordNormalizer } from '@millrace/formats'
import { encodeSourceFacts } from '@millrace/envelope'
import { seededRandom, SourceError } from '@millrace/foundation'
import { type KafkaRecord, kafkaSettings, type TailOptions } from '@millrace/kafka'
import { describe, expect, it } from 'vitest'
import { ManualClock, settle } from '../../../../test/support/manual-clock.ts'
import type { LiveBatch } from '../../server/api.mts'
import { LiveHub } from '../../server/live/live-hub.mts'
import { Viewer } from '../../server/live/viewer.mts'

type Sent = [name: string, data: object]

function setScene(options: { recordsPerTickMax?: number; viewersMax?: number } = {}) {
  const clock = new ManualClock()
  const random = seededRandom(1)
  const tails: (TailOptions & { signal: AbortSignal })[] = []
  const hub = new LiveHub({
    connection: kafkaSettings.parse({ brokers: ['127.0.0.1:1'] }),
    topic: 'logs',
    createNormalizer: () => Promise.resolve(new RecordNormalizer({ clusterId: 'c' })),
    clock,
    random,
    ...options,
    tail: (_connection, _topic, tail) => {
      tails.push(tail)
      return new Promise((resolve) => {
        tail.signal.addEventListener('abort', () => resolve())
      })
    },
  })
  const look = (): { sent: Sent[]; leave: () => void } => {
    const sent: Sent[] = []
    const sink = {
      isFree: true,
      send: (name: string, data: object) => void sent.push([name, data]),
    }
    const viewer = new Viewer(
      sink,
      { filter: {}, rowsMax: 50, quietMs: 5_000, random },
      clock.monotonicMs(),
    )
    return { sent, leave: hub.join(viewer, () => {}) }
  }
  return { clock, hub, tails, look }
}

function record(value: string | null, header?: string): KafkaRecord {
  return {
    topic: 'logs',
    partition: 2,
    offset: 7,
    timestampMs: 1_767_323_044_000,
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: header === undefined ? {} : { millrace: Buffer.from(header) },
  }
}

const batchesOf = (sent: Sent[]): LiveBatch[] =>
  sent.filter(([name]) => name === 'batch').map(([, data]) => data as LiveBatch)

describe('the topic', () => {
  it('is read once for all viewers, from the first until the last has left', async () => {
    const { hub, tails, look } = setScene()
    const one = look()
    await settle()
    const other = look()
    await settle()
    expect(tails).toHaveLength(1)
    one.leave()
    expect(tails[0]!.signal.aborted).toBe(false)
    other.leave()
    expect([tails[0]!.signal.aborted, hub.isReading]).toEqual([true, false])
    look()
    await settle()
    expect(tails).toHaveLength(2)
    await hub.close()
  })

  it('tells every viewer that reading has begun, late ones too, and of trouble', async () => {
    const { hub, tails, look } = setScene()
    const one = look()
    await settle()
    tails[0]!.onReady?.(12)
    const late = look()
    expect([one.sent, late.sent]).toEqual([
      [['ready', { topic: 'logs', partitions: 12 }]],
      [['ready', { topic: 'logs', partitions: 12 }]],
    ])
    tails[0]!.onTrouble?.(new SourceError('MILLRACE_SOURCE_UNREACHABLE', 'no broker'))
    expect(one.sent.at(-1)).toEqual(['trouble', { message: 'no broker' }])
    await hub.close()
  })

  it('shows events, lines that become dead letters with the reason, and counts ledgers apart', async () => {
    const { clock, hub, tails, look } = setScene()
    const { sent } = look()
    await settle()
    tails[0]!.onReady?.(1)
    const ledger = encodeSourceFacts({ kind: 'ledger' }).toString()
    await tails[0]!.onRecords([
      record(
        '{"level":50,"time":1767323044000,"msg":"boom"}',
        '{"v":1,"format":"pino","service.name":"orders"}',
      ),
      record('a line', '{broken'),
      record(null),
      record('{}', ledger),
    ])
    await clock.advance(250)
    const [batch] = batchesOf(sent)
    expect(batch).toMatchObject({ seen: 3, matching: 3, ledgers: 1, services: ['orders'] })
    expect(batch!.rows).toMatchObject([
      { message: 'boom', level: 'error', service: 'orders', place: { partition: 2, offset: 7 } },
      { message: 'a line', rejected: { code: 'MILLRACE_DECODE_HEADER' } },
      { message: '', rejected: { code: 'MILLRACE_DECODE_EMPTY' } },
    ])
    await hub.close()
  })

  it('is looked at as far as there is time for it; the rest is said to be skipped', async () => {
    const { clock, hub, tails, look } = setScene({ recordsPerTickMax: 100 })
    const { sent } = look()
    await settle()
    tails[0]!.onReady?.(1)
    const many = Array.from({ length: 150 }, () => record('x'))
    await tails[0]!.onRecords(many)
    await tails[0]!.onRecords(many)
    tails[0]!.onSkipped?.(1_000)
    await clock.advance(250)
    await tails[0]!.onRecords([record('y')])
    await clock.advance(250)
    expect(batchesOf(sent)).toMatchObject([
      { seen: 100, skipped: 1_200 },
      { seen: 1, skipped: 0 },
    ])
    expect(batchesOf(sent)[0]!.rows).toHaveLength(50)
    await hub.close()
  })

  it('is looked at by so many and no more', () => {
    const { look } = setScene({ viewersMax: 2 })
    look()
    look()
    expect(() => look()).toThrow('2 pages look on already')
  })
})
