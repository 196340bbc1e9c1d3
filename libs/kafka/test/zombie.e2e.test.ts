import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { Member } from './support/member.ts'
import { type Bench, numbered, setBench } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

const { kafka: brokers } = inject('stack')
let bench: Bench
let child: ChildProcess
let other: Member | undefined
let events: { kind: string; count?: number; committed?: boolean; text?: string }[]

beforeEach(async () => {
  bench = await setBench(brokers, 3)
  events = []
  const program = new URL('support/zombie.mts', import.meta.url).pathname
  const { topic, group } = bench
  child = spawn(process.execPath, [program, JSON.stringify({ brokers, topic, group })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  createInterface(child.stdout!).on('line', (line) => events.push(JSON.parse(line)))
})

afterEach(async () => {
  child.kill('SIGKILL')
  await other?.group.close()
  await bench.close()
})

describe('a member that was frozen for longer than its session', () => {
  it('cannot commit when it wakes up, loses its partitions, and joins again', async () => {
    await bench.publish(numbered(300), { batchSize: 50 })
    const read = (): number =>
      events.reduce((sum, { kind, count }) => sum + (kind === 'records' ? (count ?? 0) : 0), 0)
    await until('the child has read all', () => read() === 300)
    child.kill('SIGSTOP')
    other = new Member(brokers, { topic: bench.topic, group: bench.group })
    await other.group.start()
    await until('the other has all, from the start', () => other!.records.length === 300)
    expect(other.partitions).toEqual([0, 1, 2])
    const before = await bench.administration.groupOffsets(bench.group, bench.topic)
    child.stdin!.write('commit\n')
    child.kill('SIGCONT')
    await until('the child has tried to commit', () => events.some((e) => e.kind === 'commit'))
    expect(events.find((event) => event.kind === 'commit')).toMatchObject({ committed: false })
    const after = await bench.administration.groupOffsets(bench.group, bench.topic)
    expect(after).toEqual(before)
    await until('it is in again', () => events.filter((e) => e.kind === 'assigned').length === 2)
    expect(events.filter((event) => event.kind === 'revoked')).toHaveLength(1)
    await until('both have a share', () => other!.partitions.length < 3)
  })
})
