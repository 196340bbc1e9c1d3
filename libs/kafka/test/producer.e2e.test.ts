import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { compressions, createProducer, kafkaSettings } from '../src/index.ts'
import { Member } from './support/member.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

const { kafka: brokers } = inject('stack')
let bench: Bench

beforeEach(async () => {
  bench = await setBench(brokers, 4)
})

afterEach(() => bench.close())

describe('a producer', () => {
  it('gives each batch whole to one partition, and the next batch to the next', async () => {
    const records = numbered(50).map((value) => ({ key: null, value }))
    const published = []
    for (let turn = 0; turn < 8; turn++) {
      published.push(await bench.producer.publish({ topic: bench.topic, records }))
    }
    const turns = published.map((each) => each.partition)
    expect(turns.slice(0, 4).toSorted()).toEqual([0, 1, 2, 3])
    expect(turns.slice(4)).toEqual(turns.slice(0, 4))
    expect(published.map((each) => each.baseOffset)).toEqual([0, 0, 0, 0, 50, 50, 50, 50])
    const offsets = await bench.administration.topicOffsets(bench.topic)
    expect(offsets.map(({ low, high }) => `${low}..${high}`)).toEqual(Array(4).fill('0..100'))
  })

  it('takes many batches at a time, from the first one on, and stores each once', async () => {
    const producer = createProducer(kafkaSettings.parse({ brokers }))
    const batches = Array.from({ length: 40 }, (_, batch) =>
      numbered(25, `batch ${batch}`).map((value) => ({ key: value, value })),
    )
    const published = await Promise.all(
      batches.map((records) => producer.publish({ topic: bench.topic, records })),
    )
    const places = published.map(({ partition, baseOffset }) => `${partition}/${baseOffset}`)
    expect(new Set(places).size).toBe(40)
    const offsets = await bench.administration.topicOffsets(bench.topic)
    expect(offsets.reduce((sum, { high }) => sum + high, 0)).toBe(1_000)
    await producer.close()
  })

  it.each(compressions)('is read again as it wrote with compression %s', async (compression) => {
    // Not older than the topic's retention: Kafka deletes by the time of the records.
    const startedAt = Date.now() - 60_000
    const records = numbered(2_000).map((value, index) => ({
      key: `key ${index}`,
      value,
      timestampMs: startedAt + index,
      headers: { millrace: '{"v":1}', ünïcode: 'ï' },
    }))
    const batch = await bench.producer.publish({ topic: bench.topic, records, compression })
    const plainBytes = records.reduce((sum, { key, value }) => sum + key.length + value.length, 0)
    if (compression === 'none') expect(batch.batchBytes).toBeGreaterThan(plainBytes)
    else expect(batch.batchBytes).toBeLessThan(plainBytes)
    const member = new Member(brokers, { topic: bench.topic, group: bench.group })
    await member.group.start()
    await until('all is read', () => member.records.length >= 2_000)
    const read = member.records.map(({ key, value, timestampMs, headers }) => ({
      key: Buffer.from(key!).toString(),
      value: Buffer.from(value!).toString(),
      timestampMs,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes!).toString()]),
      ),
    }))
    expect(read).toEqual(records)
    await member.group.close()
  })

  it('says that a batch is too large for the topic, and that trying again is no use', async () => {
    const records = [{ key: null, value: Buffer.alloc(2_000_000, 120) }]
    await expect(bench.producer.publish({ topic: bench.topic, records })).rejects.toMatchObject({
      code: 'MILLRACE_PUBLISH_REJECTED',
      retryable: false,
      context: { reason: 'too-large', type: 'MESSAGE_TOO_LARGE', records: 1 },
    })
  })

  it('refuses a request above its own limit without sending it, one byte past the limit', async () => {
    const settings = kafkaSettings.parse({ brokers })
    const records = [{ key: null, value: 'x'.repeat(1_000) }]
    const size = 61 + 9 + 1_000
    const exact = createProducer(settings, { requestBytesMax: size })
    await exact.publish({ topic: bench.topic, records })
    const tooSmall = createProducer(settings, { requestBytesMax: size - 1 })
    await expect(tooSmall.publish({ topic: bench.topic, records })).rejects.toMatchObject({
      retryable: false,
      context: { reason: 'too-large' },
    })
    await Promise.all([exact.close(), tooSmall.close()])
  })

  it('says that a topic is missing and how to make it, and publishes once it is there', async () => {
    const topic = `${bench.topic}-later`
    const records = [{ key: null, value: 'x' }]
    const refused = (await bench.producer
      .publish({ topic, records })
      .catch((thrown: unknown) => thrown)) as Error
    expect(refused).toMatchObject({ retryable: true, context: { reason: 'unknown-topic' } })
    expect(refused.message).toContain(`millrace topic create ${topic}`)
    await bench.administration.createTopic({ topic, partitions: 1 })
    await bench.producer.publish({ topic, records })
    await bench.administration.deleteTopics([topic])
  })

  it('publishes nothing after it was closed', async () => {
    const producer = createProducer(kafkaSettings.parse({ brokers }))
    expect(await producer.connect({ timeoutMs: 10_000 })).toBe(true)
    await producer.close()
    await producer.close()
    await expect(
      producer.publish({ topic: bench.topic, records: [{ key: null, value: 'x' }] }),
    ).rejects.toMatchObject({ code: 'MILLRACE_PUBLISH_CLOSED', retryable: false })
    expect(await producer.connect({ timeoutMs: 1_000 })).toBe(false)
  })
})

describe('administration', () => {
  it('creates a topic once, describes it with its configuration, lists and deletes it', async () => {
    const { administration } = bench
    const topic = `${bench.topic}-made`
    const request = { topic, partitions: 2, configuration: { 'retention.ms': '86400000' } }
    expect(await administration.createTopic(request)).toBe(true)
    expect(await administration.createTopic(request)).toBe(false)
    const described = await administration.describeTopic(topic)
    expect(described?.partitions.map((each) => each.partition)).toEqual([0, 1])
    expect(described?.partitions[0]?.inSyncReplicas).toEqual(described?.partitions[0]?.replicas)
    expect(described?.configuration['retention.ms']).toBe('86400000')
    expect(await administration.listTopics()).toContain(topic)
    await administration.deleteTopics([topic, `${topic}-never-there`])
    await until('it is gone', async () => (await administration.describeTopic(topic)) === undefined)
  })

  it('says in one line why a topic cannot be created', async () => {
    const { administration } = bench
    await expect(
      administration.createTopic({ topic: 'not/a/name', partitions: 1 }),
    ).rejects.toMatchObject({
      code: 'MILLRACE_SOURCE_REJECTED',
      context: { reason: 'invalid-topic' },
    })
    await expect(
      administration.createTopic({
        topic: `${bench.topic}-x`,
        partitions: 1,
        replicationFactor: 9,
      }),
    ).rejects.toMatchObject({ context: { reason: 'invalid-request' } })
  })

  it('tells the cluster, its brokers, and of a group that nobody has formed', async () => {
    const { administration } = bench
    expect(await administration.clusterId()).toMatch(/^[\w-]{22}$/)
    const all = await administration.brokers()
    expect(all.filter((each) => each.controller)).toHaveLength(1)
    expect(await administration.groupMembers(bench.group)).toEqual({ state: 'Dead', members: [] })
    const offsets = await administration.groupOffsets(bench.group, bench.topic)
    expect(offsets.map((each) => each.offset)).toEqual([-1, -1, -1, -1])
  })
})
