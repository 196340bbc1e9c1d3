import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministration, createProducer, kafkaSettings } from '../src/index.ts'
import { Member } from './support/member.ts'
import { numbered } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

let stack: LocalStack

beforeAll(async () => {
  stack = await startLocalStack({ elasticsearch: false, kafka: { brokers: 3 } })
})

afterAll(async () => {
  await stack.stop()
})

describe('a cluster of three brokers', () => {
  it('may lose one after the other, leaders and coordinator with them, and no record', async () => {
    const settings = kafkaSettings.parse({
      brokers: stack.endpoints.kafka,
      requestTimeoutMs: 10_000,
    })
    const administration = createAdministration(settings)
    const topic = 'moving'
    const configuration = { 'min.insync.replicas': '2' }
    await administration.createTopic({ topic, partitions: 6, replicationFactor: 3, configuration })
    const producer = createProducer(settings)
    const limits = { sessionTimeoutMs: 10_000, heartbeatIntervalMs: 1_000, backoffMaxMs: 1_000 }
    const members = ['a', 'b'].map(
      () => new Member(stack.endpoints.kafka, { topic, group: 'movers', ...limits }),
    )
    for (const member of members) await member.group.start()
    await until('both are in', () => members.every((member) => member.partitions.length === 3))

    const values: string[] = []
    const done = new AbortController()
    const publishing = async (): Promise<void> => {
      while (!done.signal.aborted) {
        const batch = numbered(10, `batch ${values.length}`)
        const records = batch.map((value) => ({ key: null, value }))
        const send = (): Promise<boolean> =>
          producer.publish({ topic, records }).then(
            () => true,
            () => false,
          )
        await until('the batch is taken', send)
        values.push(...batch)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const published = publishing()
    const read = (): Set<string> => new Set(members.flatMap((member) => member.values))
    for (const node of ['kafka-1', 'kafka-2', 'kafka-3']) {
      const before = read().size
      await stack.kill(node)
      await until(`reading goes on without ${node}`, () => read().size > before + 100)
      await stack.start(node)
      await until('all replicas are in step', async () => {
        const described = await administration.describeTopic(topic).catch(() => undefined)
        return described?.partitions.every((each) => each.inSyncReplicas.length === 3) === true
      })
    }
    done.abort()
    await published
    await until('all is read', () => read().size === values.length)
    for (const member of members) {
      expect(member.events.some((event) => event.fatal === true)).toBe(false)
      expect(await member.commit()).toBe(true)
    }
    const offsets = await administration.groupOffsets('movers', topic)
    const ends = await administration.topicOffsets(topic)
    expect(offsets.map((each) => each.offset)).toEqual(ends.map((each) => each.high))
    await Promise.all(members.map((member) => member.group.close()))
    await Promise.all([producer.close(), administration.close()])
  })
})
