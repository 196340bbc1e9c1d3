import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type KafkaRecord, kafkaSettings, readTopicRanges } from '../src/index.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'

const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
let bench: Bench

beforeAll(async () => {
  bench = await setBench(inject('stack').kafka, 3)
  await bench.publish(numbered(3_000), { batchSize: 100 })
})

afterAll(() => bench.close())

const valueOf = ({ value }: KafkaRecord): string => Buffer.from(value!).toString()

async function wholeTopic(): Promise<{ partition: number; from: number; to: number }[]> {
  const offsets = await bench.administration.topicOffsets(bench.topic)
  return offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
}

describe('reading stretches of a topic', () => {
  it('hands over every record of a whole topic once, in the order of each partition', async () => {
    const values: string[] = []
    const last = new Map<number, number>()
    const ranges = await wholeTopic()
    const read = await readTopicRanges(
      settings,
      { topic: bench.topic, ranges },
      {
        maxBytes: 4_000,
        onRecords: (records) => {
          for (const record of records) {
            expect(record.offset).toBeGreaterThan(last.get(record.partition) ?? -1)
            last.set(record.partition, record.offset)
            values.push(valueOf(record))
          }
        },
      },
    )
    expect(read).toEqual({ records: 3_000, gone: [], isComplete: true })
    expect(values.toSorted()).toEqual(numbered(3_000).toSorted())
  })

  it('begins and ends inside batches where a stretch says so', async () => {
    const first = (await wholeTopic()).find(({ to }) => to > 150)
    const offsets: number[] = []
    const ranges = [{ partition: first!.partition, from: 33, to: 142 }]
    await readTopicRanges(
      settings,
      { topic: bench.topic, ranges },
      {
        onRecords: (records) => void offsets.push(...records.map(({ offset }) => offset)),
      },
    )
    expect(offsets).toEqual(Array.from({ length: 109 }, (_, index) => index + 33))
  })

  it('ends at once where there is nothing to read', async () => {
    const ranges = [{ partition: 0, from: 5, to: 5 }]
    const none = (): void => expect.unreachable()
    const read = await readTopicRanges(
      settings,
      { topic: bench.topic, ranges },
      { onRecords: none },
    )
    expect(read.records).toBe(0)
  })

  it('says that it is not complete when it was ended, and reads nothing more', async () => {
    const stop = new AbortController()
    const ranges = await wholeTopic()
    const read = await readTopicRanges(
      settings,
      { topic: bench.topic, ranges },
      {
        maxBytes: 4_000,
        signal: stop.signal,
        onRecords: () => stop.abort(),
      },
    )
    expect(read.isComplete).toBe(false)
    expect(read.records).toBeLessThan(3_000)
  })

  it('throws what its caller throws, and tells of a stretch that never comes', async () => {
    const ranges = await wholeTopic()
    const failing = readTopicRanges(
      settings,
      { topic: bench.topic, ranges },
      {
        onRecords: () => {
          throw new Error('full')
        },
      },
    )
    await expect(failing).rejects.toThrow('full')
    const beyond = [{ partition: 0, from: ranges[0]!.to, to: ranges[0]!.to + 1 }]
    const waiting = readTopicRanges(
      settings,
      { topic: bench.topic, ranges: beyond },
      {
        idleTimeoutMs: 1_000,
        onRecords: () => {},
      },
    )
    await expect(waiting).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREACHABLE' })
  })
})
