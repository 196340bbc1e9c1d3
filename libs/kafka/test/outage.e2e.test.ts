import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAdministration, createProducer, kafkaSettings } from '../src/index.ts'
import { Member } from './support/member.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

let stack: LocalStack
let bench: Bench
const members: Member[] = []

beforeAll(async () => {
  stack = await startLocalStack({ elasticsearch: false })
})

afterAll(async () => {
  await stack.stop()
})

beforeEach(async () => {
  await stack.start('kafka-1')
  bench = await setBench(stack.endpoints.kafka, 3)
})

afterEach(async () => {
  await stack.start('kafka-1')
  await Promise.all(members.splice(0).map((member) => member.group.close()))
  await bench.close()
})

const limits = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000, backoffMaxMs: 1_000 }

function join(): Member {
  const { topic, group } = bench
  const member = new Member(stack.endpoints.kafka, { topic, group, ...limits })
  members.push(member)
  void member.group.start()
  return member
}

/** Publishes as a caller does who does not give up: the same batch until it is taken. */
async function publishAll(values: readonly string[], batchSize: number): Promise<void> {
  for (let start = 0; start < values.length; start += batchSize) {
    const records = values.slice(start, start + batchSize).map((value) => ({ key: null, value }))
    const send = (): Promise<boolean> =>
      bench.producer.publish({ topic: bench.topic, records }).then(
        () => true,
        (thrown: { retryable?: boolean }) => {
          expect(thrown.retryable).toBe(true)
          return false
        },
      )
    await until('the batch is taken', send)
  }
}

describe('while the only broker is away', () => {
  it('nothing is lost over a restart in the middle of publishing and reading', async () => {
    const values = numbered(4_000)
    const member = join()
    await until('the member is in', () => member.partitions.length === 3)
    const publishing = publishAll(values, 20)
    await until('reading has begun', () => member.records.length > 200)
    await stack.restart('kafka-1')
    await publishing
    await until('all is read', () => new Set(member.values).size === values.length)
    expect(member.events.some((event) => event.fatal === true)).toBe(false)
  })

  it('a member whose broker was killed for longer than its session joins again by itself', async () => {
    const member = join()
    await until('the member is in', () => member.partitions.length === 3)
    await stack.kill('kafka-1')
    await until('the membership is given up', () => member.count('revoked') === 1)
    const refused = await bench.producer
      .publish({ topic: bench.topic, records: [{ key: null, value: 'x' }] })
      .catch((thrown: unknown) => thrown)
    expect(refused).toMatchObject({ code: 'MILLRACE_PUBLISH_UNREACHABLE', retryable: true })
    await stack.start('kafka-1')
    await until('it is in again', () => member.count('assigned') === 2)
    await publishAll(numbered(100), 10)
    await until('all is read', () => new Set(member.values).size === 100)
    expect(member.events.some((event) => event.fatal === true)).toBe(false)
    for (const error of member.errors) {
      expect(error).toMatchObject({ code: 'MILLRACE_SOURCE_UNREACHABLE' })
    }
  })

  it('a broker that is frozen and then goes on costs time, and no record', async () => {
    const member = join()
    await until('the member is in', () => member.partitions.length === 3)
    await publishAll(numbered(100, 'before'), 10)
    stack.pause('kafka-1')
    await until('somebody has noticed', () => member.errors.length > 0)
    stack.resume('kafka-1')
    await publishAll(numbered(100, 'after'), 10)
    const all = [...numbered(100, 'before'), ...numbered(100, 'after')]
    await until('all is read', () => new Set(member.values).size === all.length)
    expect(member.events.some((event) => event.fatal === true)).toBe(false)
  })

  it('a member that starts before its broker waits for it, and closes quickly while it waits', async () => {
    await stack.kill('kafka-1')
    const early = join()
    const other = join()
    await until('it says so', () => other.errors.length > 0)
    expect(other.errors[0]?.message).toMatch(/^Kafka \(.*\) cannot be read, topic .*ECONNREFUSED/)
    const startedAt = Date.now()
    await other.group.close()
    expect(Date.now() - startedAt).toBeLessThan(8_000)
    await stack.start('kafka-1')
    await until('it is in', () => early.partitions.length === 3)
  })

  it('administration says in one line whom it asked and for how long', async () => {
    await stack.kill('kafka-1')
    const brokers = stack.endpoints.kafka
    const administration = createAdministration(kafkaSettings.parse({ brokers }), { triesMax: 2 })
    const refused = (await administration.listTopics().catch((thrown: unknown) => thrown)) as Error
    expect(refused).toMatchObject({ code: 'MILLRACE_SOURCE_UNREACHABLE', retryable: true })
    expect(refused.message).toMatch(
      /^Kafka \(127\.0\.0\.1:\d+\) could not be reached for the topics, 2 tries in \d+\.\d s: .*ECONNREFUSED/,
    )
    await administration.close()
    const producer = createProducer(kafkaSettings.parse({ brokers }))
    expect(await producer.connect({ timeoutMs: 500 })).toBe(false)
    await producer.close()
  })
})
