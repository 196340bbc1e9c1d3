import type { Clock } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { beat, type HeartbeatContext } from '../../src/group/heartbeat.ts'
import { checkGroupOptions } from '../../src/group/options.ts'

const options = checkGroupOptions({
  topic: 'logs',
  group: 'g',
  from: 'earliest',
  onAssigned: () => {},
  onError: () => {},
  onRecords: () => Promise.resolve(),
  onRevoked: () => Promise.resolve(),
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
})

function protocolError(type: string): Error {
  return Object.assign(new Error(type), { type })
}

/** A member whose heartbeats are answered by `answers` in turn, in a time that passes only by sleeping. */
async function run(answers: (Error | undefined)[]) {
  let now = 0
  const stop = new AbortController()
  const ends: string[] = []
  const failures: unknown[] = []
  const sentAt: number[] = []
  const clock = {
    monotonicMs: () => now,
    sleep: (delayMs: number) => {
      now += delayMs
      return Promise.resolve()
    },
  } as Clock
  const membership = {
    heartbeat: () => {
      sentAt.push(now)
      const answer = answers.shift()
      if (answers.length === 0) stop.abort()
      return answer === undefined ? Promise.resolve() : Promise.reject(answer)
    },
  } as unknown as HeartbeatContext['membership']
  const heardAt: number[] = []
  const generation = {
    generationId: 1,
    memberId: 'm',
    heard: (sentAtMs: number) => heardAt.push(sentAtMs),
    end: (reason: string) => ends.push(reason),
  }
  const onFailure = (thrown: unknown): void => void failures.push(thrown)
  await beat(generation, { membership, options, clock, onFailure }, stop.signal)
  return { ends, failures, sentAt, heardAt }
}

describe('the heartbeat', () => {
  it('beats in its interval, and goes on while a rebalance waits for the revoke', async () => {
    const rebalancing = protocolError('REBALANCE_IN_PROGRESS')
    const answers = [undefined, rebalancing, rebalancing, rebalancing]
    const { ends, sentAt, failures, heardAt } = await run(answers)
    expect(sentAt).toEqual([3_000, 6_000, 9_000, 12_000])
    expect(heardAt).toEqual(sentAt)
    expect(new Set(ends)).toEqual(new Set(['rebalance']))
    expect(failures).toEqual([])
  })

  it.each(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])(
    'ends with %s: the membership is lost',
    async (type) => {
      const { ends, sentAt } = await run([undefined, protocolError(type), undefined, undefined])
      expect(ends).toEqual(['lost'])
      expect(sentAt).toHaveLength(2)
    },
  )

  it('is repeated sooner while the coordinator moves, and tells of the first failure of a row', async () => {
    const moved = protocolError('NOT_COORDINATOR_FOR_GROUP')
    const { ends, sentAt, failures, heardAt } = await run([moved, moved, undefined, undefined])
    expect(sentAt).toEqual([3_000, 4_000, 5_000, 8_000])
    expect(heardAt).toEqual([5_000, 8_000])
    expect(failures).toHaveLength(1)
    expect(ends).toEqual([])
  })

  it('gives the membership up when nobody has answered for a whole session', async () => {
    const away = Array.from({ length: 60 }, () => protocolError('NETWORK_EXCEPTION'))
    const { ends, sentAt } = await run(away)
    expect(ends).toEqual(['lost'])
    expect(sentAt.at(-1)).toBeGreaterThan(30_000)
    expect(sentAt.at(-1)).toBeLessThan(32_000)
  })
})
