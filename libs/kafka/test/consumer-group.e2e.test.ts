import { type Admin, Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { Member } from './support/member.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

const { kafka: brokers } = inject('stack')
let bench: Bench
const members: Member[] = []

function join(options: Partial<ConstructorParameters<typeof Member>[1]> = {}): Member {
  const { topic, group } = bench
  const member = new Member(brokers, { topic, group, ...options })
  members.push(member)
  void member.group.start()
  return member
}

beforeEach(async () => {
  bench = await setBench(brokers, 6)
})

afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.group.close()))
  await bench.close()
})

async function committed(): Promise<number> {
  const offsets = await bench.administration.groupOffsets(bench.group, bench.topic)
  return offsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0)
}

describe('a consumer group', () => {
  it('reads 50 000 records, each once and in the order of its partition', async () => {
    const values = numbered(50_000)
    await bench.publish(values, { batchSize: 1_000 })
    const member = join()
    await until('all records', () => member.records.length >= values.length)
    expect(new Set(member.values)).toEqual(new Set(values))
    expect(member.records).toHaveLength(values.length)
    const next = new Map<number, number>()
    for (const { partition, offset } of member.records) {
      expect(offset).toBe(next.get(partition) ?? 0)
      next.set(partition, offset + 1)
    }
    expect(member.group.highWatermarks()).toEqual(next)
    expect(await member.commit()).toBe(true)
    expect(await committed()).toBe(values.length)
  })

  it('gives each record to one of its members while members join and leave', async () => {
    const values = numbered(6_000)
    const first = join()
    await until('the first member is in', () => first.partitions.length === 6)
    await bench.publish(values.slice(0, 2_000), { batchSize: 100 })
    await until('the first part is read', () => first.records.length === 2_000)
    const second = join()
    await until(
      'both have half',
      () => first.partitions.length === 3 && second.partitions.length === 3,
    )
    await bench.publish(values.slice(2_000, 4_000), { batchSize: 100 })
    await until('both parts are read', () => first.records.length + second.records.length === 4_000)
    await first.group.close()
    await until('the second has all', () => second.partitions.length === 6)
    await bench.publish(values.slice(4_000), { batchSize: 100 })
    await until('all is read', () => first.records.length + second.records.length >= 6_000)
    // Each of them committed when it was asked to give its partitions back, so nothing came twice.
    expect([...first.values, ...second.values].toSorted()).toEqual(values.toSorted())
    expect(second.records.length).toBeGreaterThan(2_000)
    expect(first.errors).toEqual([])
  })

  it('is told of the revoke before it joins again, and may commit there what is in flight', async () => {
    await bench.publish(numbered(600), { batchSize: 50 })
    const first = join()
    await until('all is read', () => first.records.length === 600)
    expect(await committed()).toBe(0)
    const second = join()
    await until(
      'both have half',
      () => first.partitions.length === 3 && second.partitions.length === 3,
    )
    expect(first.events.map((event) => event.kind)).toEqual(['assigned', 'revoked', 'assigned'])
    expect(await committed()).toBe(600)
    expect(second.records).toEqual([])
  })

  it('goes on past the revoke deadline when the work is not finished, and says so', async () => {
    const first = join({ revokeTimeoutMs: 500, onRevoked: () => new Promise(() => {}) })
    await until('the first member is in', () => first.partitions.length === 6)
    join()
    await until('both have half', () => first.partitions.length === 3)
    expect(first.errors.map((error) => error.message).join()).toMatch(/not finished 0\.5 s after/)
  })

  it('hands over nothing of a former assignment after the new one has begun', async () => {
    await bench.publish(numbered(3_000), { batchSize: 10 })
    const first = join({ maxBytesPerHandOver: 1_024 })
    let slowness = 20
    const taken: { generation: number; offset: number; partition: number }[] = []
    first.beforeTaking = async (records) => {
      const generation = first.count('assigned')
      await new Promise((resolve) => setTimeout(resolve, slowness))
      for (const { partition, offset } of records) taken.push({ generation, partition, offset })
    }
    await until('reading has begun', () => first.records.length > 100)
    const second = join()
    await until('both have half', () => first.partitions.length === 3)
    slowness = 0
    await until('all is read', async () => {
      await first.commit()
      await second.commit()
      return (await committed()) === 3_000
    })
    // Within one generation and partition, offsets are without gap; the next one starts where it was committed.
    const last = new Map<string, number>()
    for (const { generation, partition, offset } of taken) {
      const key = `${generation}/${partition}`
      const before = last.get(key)
      if (before !== undefined) expect(offset).toBe(before + 1)
      last.set(key, offset)
    }
    expect(first.count('assigned')).toBe(2)
    expect(new Set([...first.values, ...second.values]).size).toBe(3_000)
  })

  it('stays a member, paused or with a hand-over that waits, for longer than the session', async () => {
    const sessionTimeoutMs = 6_000
    const limits = { sessionTimeoutMs, heartbeatIntervalMs: 1_000 }
    const member = join(limits)
    await until('the member is in', () => member.partitions.length === 6)
    const all = member.group.assignment()
    member.group.pause(all)
    let release = (): void => {}
    const waiting = new Promise<void>((resolve) => (release = resolve))
    member.beforeTaking = () => waiting
    await bench.publish(numbered(600), { batchSize: 50 })
    const startedAt = Date.now()
    const [before] = (await bench.administration.groupMembers(bench.group)).members
    await until('half of the wait is over', () => Date.now() - startedAt > sessionTimeoutMs * 1.2)
    expect(member.records).toEqual([])
    member.group.resume(all)
    await until('the wait is over', () => Date.now() - startedAt > sessionTimeoutMs * 2.4)
    const { state, members: now } = await bench.administration.groupMembers(bench.group)
    expect(state).toBe('Stable')
    expect(now.map((each) => each.memberId)).toEqual([before?.memberId])
    release()
    await until('all is read', () => member.records.length === 600)
    expect(member.events.map((event) => event.kind)).toEqual(['assigned'])
  })

  it('does not let one slow partition keep the others waiting', async () => {
    const member = join()
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => (release = resolve))
    member.beforeTaking = ([record]) => (record?.partition === 0 ? slow : Promise.resolve())
    await bench.publish(numbered(600), { batchSize: 50 })
    await until('the other five are read', () => member.records.length === 500)
    release()
    await until('all is read', () => member.records.length === 600)
    expect(new Set(member.values).size).toBe(600)
  })

  it('gives the same records again when they were not taken', async () => {
    const member = join({ backoffMaxMs: 400 })
    let refusals = 2
    member.beforeTaking = () =>
      refusals-- > 0 ? Promise.reject(new Error('no room')) : Promise.resolve()
    await bench.publish(numbered(20), { batchSize: 20 })
    await until('all is read', () => member.records.length === 20)
    expect(member.errors.map((error) => error.message)).toEqual(['no room', 'no room'])
  })

  it('commits nothing for partitions of others, nor offsets before its own start', async () => {
    await bench.publish(numbered(600), { batchSize: 50 })
    const first = join()
    await until('all is read', () => first.records.length === 600)
    const second = join()
    await until(
      'both have half',
      () => first.partitions.length === 3 && second.partitions.length === 3,
    )
    const { topic } = bench
    const theirs = second.partitions.map((partition) => ({ topic, partition, offset: 1 }))
    expect(await first.group.commit(theirs)).toBe(false)
    const ownButOld = first.partitions.map((partition) => ({ topic, partition, offset: 1 }))
    expect(await first.group.commit(ownButOld)).toBe(false)
    expect(await committed()).toBe(600)
  })

  it('is set to other offsets only while it is empty, and reads again from there', async () => {
    await bench.publish(numbered(60), { batchSize: 10 })
    const first = join()
    await until('all is read', () => first.records.length === 60)
    await first.commit()
    const { administration, group, topic } = bench
    const start = [0, 1, 2, 3, 4, 5].map((partition) => ({ partition, offset: 0 }))
    expect(await administration.setGroupOffsets(group, topic, start)).toBe(false)
    await first.group.close()
    expect(await administration.setGroupOffsets(group, topic, start)).toBe(true)
    const second = join()
    await until('all is read again', () => second.records.length === 60)
  })

  it('starts at the end with `latest`, and after a crash where it had started', async () => {
    await bench.publish(numbered(60, 'old'), { batchSize: 10 })
    const first = join({ from: 'latest' })
    first.commitsOnRevoke = false
    await until('the first member is in', () => first.partitions.length === 6)
    await bench.publish(numbered(60, 'new'), { batchSize: 10 })
    await until('the new ones are read', () => first.records.length === 60)
    expect(first.values.every((value) => value.startsWith('new'))).toBe(true)
    // Nothing was committed but the start.
    await first.group.close()
    const second = join({ from: 'latest' })
    await until('the new ones are read again', () => second.records.length === 60)
    expect(second.values.toSorted()).toEqual(first.values.toSorted())
  })

  it('starts at the end with `latest` on every one of several newcomers', async () => {
    await bench.publish(numbered(600, 'old'), { batchSize: 10 })
    const all = [join({ from: 'latest' }), join({ from: 'latest' }), join({ from: 'latest' })]
    await until('all are in', () => all.every((member) => member.partitions.length === 2))
    await bench.publish(numbered(60, 'new'), { batchSize: 10 })
    const read = (): string[] => all.flatMap((member) => member.values)
    await until('the new ones are read', () => read().length >= 60)
    expect(read().toSorted()).toEqual(numbered(60, 'new').toSorted())
  })
})

describe('a consumer group whose topic changes', () => {
  it('says at once that a topic is missing, and how to make it, and stops after a while', async () => {
    const member = join({ topic: 'kafka-test-missing', topicMissingTimeoutMs: 1_000 })
    await until('it has stopped', () => member.events.some((event) => event.fatal === true))
    const [first] = member.events
    expect(first).toMatchObject({ kind: 'error', fatal: false })
    expect(first?.error).toMatchObject({ code: 'MILLRACE_SOURCE_TOPIC_MISSING' })
    expect(first?.error?.message).toMatch(
      /no topic kafka-test-missing; .*millrace topic create kafka-test-missing/,
    )
    expect(await bench.administration.groups()).not.toContain(bench.group)
  })

  it('reads partitions that were added, from their beginning, also with `latest`', async () => {
    const member = join({ from: 'latest', metadataIntervalMs: 1_000 })
    await until('the member is in', () => member.partitions.length === 6)
    await addPartitions(bench.topic, 9)
    // Written before the group knows of them: with `latest` alone these would be passed over.
    for (let turn = 0; turn < 3; turn++)
      await bench.publish(numbered(9, `t${turn}`), { batchSize: 1 })
    await until('the new partitions are owned', () => member.partitions.length === 9)
    await until('all is read', () => member.records.length >= 27)
    expect(member.values.toSorted()).toEqual(
      [0, 1, 2].flatMap((turn) => numbered(9, `t${turn}`)).toSorted(),
    )
  })

  it('goes on at the first record there is when retention was faster, and says what was lost', async () => {
    await bench.publish(numbered(600), { batchSize: 100 })
    const first = join()
    await until('all is read', () => first.records.length === 600)
    expect(await first.group.commit([{ topic: bench.topic, partition: 2, offset: 10 }])).toBe(true)
    first.commitsOnRevoke = false
    await first.group.close()
    await deleteRecords(bench.topic, 2, 60)
    const second = join({ from: 'latest' })
    await until('the rest is read', () => second.records.length >= 40 + 500)
    expect(second.records.find((each) => each.partition === 2)?.offset).toBe(60)
    expect(second.errors[0]?.message).toMatch(
      /has offsets 60 to 100, not 10: 50 records were deleted/,
    )
    expect(second.events.some((event) => event.fatal === true)).toBe(false)
  })
})

async function addPartitions(topic: string, count: number): Promise<void> {
  await withKafkajs((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }))
}

async function deleteRecords(topic: string, partition: number, before: number): Promise<void> {
  const partitions = [{ partition, offset: String(before) }]
  await withKafkajs(async (admin) => {
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

/** What this package does not offer is done with the client's own means. */
async function withKafkajs(use: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await use(admin)
  await admin.disconnect()
}
