// What the panels must show of the shop: counted by hand where the lines are known, by what is stored where time decides.
import { expect } from 'vitest'
import { ask, at, type StoredDocument } from '../../e2e/support/documents.ts'
import type { Shop } from './shop.ts'

export type Rows = readonly unknown[][]
/** Panel -> its rows, or a judge of them. */
export type Expected = Readonly<Record<string, Rows | ((rows: Rows) => void)>>

const minuteMs = 60_000
const inMinute = (timeMs: number): number => Math.floor(timeMs / minuteMs) * minuteMs

export async function storedOf(shop: Shop, dataStream: string): Promise<StoredDocument[]> {
  const { elasticsearch } = shop.scene
  await ask(elasticsearch, `/${dataStream}/_refresh`)
  const query = { terms: { 'service.name': [shop.orders, shop.payments] } }
  const answer = await ask(elasticsearch, `/${dataStream}/_search`, { size: 1_000, query })
  return (answer as { hits: { hits: StoredDocument[] } }).hits.hits
}

const timeOf = ({ _source }: StoredDocument): number =>
  Date.parse(at(_source, '@timestamp') as string)

export function overviewOf({ orders, payments, startMs, traceId }: Shop): Expected {
  const minute = (index: number): number => startMs + index * minuteMs
  return {
    events: [[10]],
    errors: [[3]],
    services: [[2]],
    hosts: [[2]],
    'levels-over-time': [
      ['info', minute(0), 2],
      ['info', minute(2), 1],
      ['info', minute(3), 1],
      ['error', minute(1), 2],
      ['debug', minute(0), 1],
      ['fatal', minute(2), 1],
      ['trace', minute(2), 1],
      ['warn', minute(1), 1],
    ],
    'errors-by-service': [
      [orders, minute(1), 1],
      [orders, minute(2), 1],
      [payments, minute(1), 1],
    ],
    'top-services': [
      [orders, 5, 2, minute(2) + 1_000],
      [payments, 5, 1, minute(3) + 1_100],
    ],
    'top-hosts': [
      ['host-a', 6, 2],
      ['host-b', 4, 1],
    ],
    'top-error-types': [
      ['TypeError', 2, 2],
      ['RangeError', 1, 1],
    ],
    'latest-errors': [
      ['fatal', orders, 'out of memory', 'RangeError', undefined],
      ['error', orders, 'no stock', 'TypeError', traceId],
      ['error', payments, 'card refused', 'TypeError', traceId],
    ],
  }
}

/** Values that the controls list, most frequent first. */
export function controlsOf({ orders, payments, scene }: Shop): Expected {
  return {
    service: [[orders], [payments]],
    host: [['host-a'], ['host-b']],
    level: [['info'], ['error'], ['debug'], ['fatal'], ['trace'], ['warn']],
    dataset: [[`${scene.dataset}_shop`], ['millrace.dead_letter']],
  }
}

export async function healthOf(shop: Shop): Promise<Expected> {
  const { orders, payments, instances, startMs, linesByPartition } = shop
  const lines = await storedOf(shop, shop.lineStream)
  const delays = lines.map(({ _source }) => at(_source, 'millrace.indexing_delay_ms') as number)
  const letters = await storedOf(shop, shop.letterStream)
  const [refused, empty] = [
    'MILLRACE_BULK_REJECTED document_parsing_exception message',
    'MILLRACE_DECODE_EMPTY',
  ]
  const isDelay = (value: unknown): void => {
    expect(value).toEqual(expect.any(Number))
    expect(value).toBeGreaterThanOrEqual(Math.min(...delays))
    expect(value).toBeLessThanOrEqual(Math.max(...delays))
  }
  const ofCause = (cause: string): number[] =>
    letters.filter(({ _source }) => at(_source, 'millrace.dead_letter.group') === cause).map(timeOf)
  const ledgers = await storedOf(shop, shop.ledgerStream)
  const lastOf = (instance: string): number =>
    Math.max(
      ...ledgers
        .filter(({ _source }) => at(_source, 'millrace.ledger.instance') === instance)
        .map(timeOf),
    )
  return {
    lines: [[10]],
    'delay-p95': ([row]) => isDelay(row![0]),
    'dead-letters': [[3]],
    spooled: [[0]],
    'delay-over-time'(rows) {
      expect(rows.map(([time]) => time)).toEqual(
        [0, 1, 2, 3].map((each) => startMs + each * minuteMs),
      )
      for (const [, ...percentiles] of rows) {
        percentiles.forEach(isDelay)
        expect(percentiles).toEqual(
          (percentiles as number[]).toSorted((left, right) => left - right),
        )
      }
    },
    'partitions-over-time'(rows) {
      const sums = new Map<unknown, number>()
      for (const [partition, , count] of rows) {
        sums.set(partition, (sums.get(partition) ?? 0) + (count as number))
      }
      expect([...sums].toSorted()).toEqual(linesByPartition)
    },
    'dead-letters-over-time': [refused, empty].flatMap((cause) =>
      [...Map.groupBy(ofCause(cause), inMinute)]
        .toSorted()
        .map(([minute, times]) => [cause, minute, times.length]),
    ),
    'dead-letters-by-cause': [
      [refused, 2, 1, Math.max(...ofCause(refused))],
      [empty, 1, 1, Math.max(...ofCause(empty))],
    ],
    ledgers(rows) {
      const row = (name: string, instance: string, issued: number): unknown[] => [
        name,
        instance,
        issued,
        5,
        0,
        lastOf(instance),
      ]
      expect(rows.toSorted()).toEqual([
        row(orders, instances.orders, 6),
        row(payments, instances.payments, 5),
      ])
    },
    dropped: [[orders, instances.orders, ...Array<null>(7).fill(null), 1]],
    'latest-dead-letters'(rows) {
      expect(
        rows.map(([cause, , service, attempts]) => [cause, service, attempts]).toSorted(),
      ).toEqual([
        [refused, orders, 1],
        [refused, orders, 1],
        [empty, payments, 1],
      ])
    },
  }
}
