import { describe, expect, it } from 'vitest'
import {
  checkGroupOptions,
  consumerGroupDefaults,
  type GroupOptions,
} from '../../src/group/options.ts'

const required: GroupOptions = {
  topic: 'logs',
  group: 'millrace-indexer',
  from: 'earliest',
  onRecords: () => Promise.resolve(),
  onAssigned: () => {},
  onRevoked: () => Promise.resolve(),
  onError: () => {},
}

describe('the options of a consumer group', () => {
  it('have defaults that are within their own bounds', () => {
    expect(checkGroupOptions(required)).toEqual({ ...consumerGroupDefaults, ...required })
  })

  it('are taken at each bound and refused one past it, by name', () => {
    const wide = { ...required, rebalanceTimeoutMs: 1_800_000 }
    expect(() => checkGroupOptions({ ...wide, maxWaitTimeMs: 10 })).not.toThrow()
    expect(() => checkGroupOptions({ ...wide, maxWaitTimeMs: 9 })).toThrow(
      'maxWaitTimeMs must be a whole number from 10 to 60000, got 9',
    )
    expect(() => checkGroupOptions({ ...wide, sessionTimeoutMs: 1_800_000 })).not.toThrow()
    expect(() => checkGroupOptions({ ...wide, sessionTimeoutMs: 1_800_001 })).toThrow(
      'sessionTimeoutMs must be a whole number from 6000 to 1800000, got 1800001',
    )
  })

  it('must leave room for three heartbeats in a session, and for the revoke in a rebalance', () => {
    const sessionTimeoutMs = 6_000
    expect(() =>
      checkGroupOptions({ ...required, sessionTimeoutMs, heartbeatIntervalMs: 2_000 }),
    ).not.toThrow()
    expect(() =>
      checkGroupOptions({ ...required, sessionTimeoutMs, heartbeatIntervalMs: 2_001 }),
    ).toThrow(/at most a third of sessionTimeoutMs \(6000\), got 2001/)
    expect(() => checkGroupOptions({ ...required, revokeTimeoutMs: 60_000 })).toThrow(
      /less than rebalanceTimeoutMs \(60000\), got 60000/,
    )
  })

  it('are told all at once when several are wrong', () => {
    expect(() => checkGroupOptions({ ...required, maxBytes: 1, backoffMaxMs: 1.5 })).toThrow(
      /maxBytes .*; backoffMaxMs /,
    )
  })
})
