import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceError } from '@millrace/foundation'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Member } from './support/member.ts'
import { type Bench, setBench } from './support/topic.ts'
import { until } from '../../../test/e2e/support/until.ts'

let directory: string
let stack: LocalStack
let bench: Bench

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-damage-'))
  stack = await startLocalStack({ directory, elasticsearch: false })
  bench = await setBench(stack.endpoints.kafka, 2)
})

afterAll(async () => {
  await stack.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('a batch that was damaged on the disk of the broker', () => {
  it('holds its partition there, is told by place and reason, and holds nothing else', async () => {
    const { topic, group } = bench
    const where: { partition: number; value: string }[] = []
    for (const value of ['one', 'two', 'three', 'four', 'five', 'six']) {
      const records = [{ key: null, value: `the ${value} line` }]
      const { partition } = await bench.producer.publish({ topic, records })
      where.push({ partition, value: `the ${value} line` })
    }
    const damaged = where[2]!
    await stack.stop('kafka-1')
    const [segment] = globSync(`${directory}/**/${topic}-${damaged.partition}/*0.log`)
    const bytes = readFileSync(segment!)
    const at = bytes.indexOf(damaged.value)
    expect(at).toBeGreaterThan(0)
    bytes[at + 4]! ^= 1
    writeFileSync(segment!, bytes)
    await stack.start('kafka-1')

    const member = new Member(stack.endpoints.kafka, { topic, group, undecodableRetryMs: 500 })
    await member.group.start()
    const told = (): Error[] =>
      member.errors.filter((error) => (error as SourceError).context['reason'] === 'undecodable')
    await until('it is told twice', () => told().length >= 2)
    await until('the rest is read', () => member.records.length >= 4)
    const after = new Set(where.slice(2).filter((each) => each.partition === damaged.partition))
    const readable = where.filter((each) => !after.has(each)).map((each) => each.value)
    expect(member.values.toSorted()).toEqual(readable.toSorted())
    expect(told()[0]).toMatchObject({
      code: 'MILLRACE_SOURCE_REJECTED',
      context: { reason: 'undecodable', topic, partition: damaged.partition, offset: 1 },
    })
    expect(told()[0]?.message).toMatch(
      /partition \d: the batch at offset 1 cannot be read: its checksum does not match its bytes\. Nothing is passed over/,
    )
    expect(member.events.some((event) => event.fatal === true)).toBe(false)
    await member.group.close()
  })
})
