import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { type KafkaRecord, kafkaSettings, type TailOptions, tailTopic } from '../src/index.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'

const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
const deadline = { timeout: 120_000, interval: 50 }
let bench: Bench

beforeEach(async () => {
  bench = await setBench(inject('stack').kafka, 3)
})

afterEach(() => bench.close())

const valueOf = ({ value }: KafkaRecord): string => Buffer.from(value!).toString()

function follow(options: Partial<TailOptions> = {}, from = settings) {
  const values: string[] = []
  const seen = { partitions: 0, skipped: 0, troubles: [] as string[] }
  const end = new AbortController()
  const ended = tailTopic(from, bench.topic, {
    signal: end.signal,
    onRecords: (records) => void values.push(...records.map(valueOf)),
    onReady: (partitions) => {
      seen.partitions = partitions
    },
    onSkipped: (records) => {
      seen.skipped += records
    },
    onTrouble: (error) => seen.troubles.push(error.message),
    ...options,
  })
  const stop = async (): Promise<void> => {
    end.abort()
    await ended
  }
  return { values, seen, stop }
}

describe('following a topic', () => {
  it('hands over what is written from now on to all partitions, once, and nothing older', async () => {
    await bench.publish(numbered(100), { batchSize: 10 })
    const { values, seen, stop } = follow()
    await vi.waitFor(() => expect(seen.partitions).toBe(3), deadline)
    const later = numbered(300).slice(100)
    await bench.publish(later, { batchSize: 10 })
    await vi.waitFor(() => expect(values.length).toBe(200), deadline)
    await stop()
    expect(values.toSorted()).toEqual(later.toSorted())
    expect(seen).toMatchObject({ skipped: 0, troubles: [] })
  })

  it('goes on at the end when it is too far behind, and says how much it passed over', async () => {
    const gate = Promise.withResolvers<void>()
    let handedOver = 0
    const { seen, stop } = follow({
      behindMax: 100,
      onRecords: async (records) => {
        handedOver += records.length
        await gate.promise
      },
    })
    await vi.waitFor(() => expect(seen.partitions).toBe(3), deadline)
    await bench.publish(numbered(2_000), { batchSize: 100 })
    gate.resolve()
    await vi.waitFor(() => expect(handedOver + seen.skipped).toBe(2_000), deadline)
    await stop()
    expect(seen.skipped).toBeGreaterThan(0)
  })

  it('tells of trouble and tries again until it is told to stop', async () => {
    // A port that takes connections and never answers.
    const silent = createServer()
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve)
    })
    const { port } = silent.address() as AddressInfo
    const away = kafkaSettings.parse({
      brokers: [`127.0.0.1:${port}`],
      connectionTimeoutMs: 200,
      requestTimeoutMs: 200,
    })
    const { seen, stop } = follow({}, away)
    await vi.waitFor(() => expect(seen.troubles.length).toBeGreaterThan(1), deadline)
    await stop()
    expect(seen.troubles[0]).toContain("can't be read at the moment")
    silent.close()
  })
})

describe('the offset of a time', () => {
  it('is that of the first record which is not older, and none past the last', async () => {
    const { administration, topic } = bench
    await bench.publish(numbered(10), { batchSize: 1 })
    const ends = await administration.topicOffsets(topic)
    const first = await administration.offsetsAt(topic, 1)
    for (const { partition, high } of ends) {
      expect(first.find((each) => each.partition === partition)?.offset).toBe(high === 0 ? -1 : 0)
    }
    const none = await administration.offsetsAt(topic, Date.now() + 3_600_000)
    expect(none.every(({ offset }) => offset === -1)).toBe(true)
  })
})
