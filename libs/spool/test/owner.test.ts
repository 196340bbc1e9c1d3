import { expect, test } from 'vitest'
import { heartbeatTimeoutMs, holderOf, ownerToken } from '../src/owner.ts'
import { processTable } from './support/spool.ts'

const now = 1_700_000_000_000
const fresh = { modifiedAtMs: now - heartbeatTimeoutMs + 1 }
const stale = { modifiedAtMs: now - heartbeatTimeoutMs }
const own = processTable()
const neighbour = processTable({ pid: 42, startOf: () => 8 })

test('a free segment is held by nobody', () => {
  expect(holderOf('free', fresh, now, own)).toBe('nobody')
})

test('our own segment is ours, until no thread of ours has touched it for a minute', () => {
  expect(holderOf(ownerToken(own), fresh, now, own)).toBe('self')
  expect(holderOf(ownerToken(own), stale, now, own)).toBe('nobody')
})

test('a living process of this machine holds its segment without any heartbeat, a dead one does not', () => {
  const token = ownerToken(neighbour)
  expect(holderOf(token, stale, now, processTable({ startOf: () => 8 }))).toBe('other')
  expect(holderOf(token, fresh, now, processTable({ startOf: () => 9 }))).toBe('nobody')
  expect(holderOf(token, fresh, now, processTable({ startOf: () => 'gone' }))).toBe('nobody')
})

test('where the system does not tell when a process began, a living pid counts with a heartbeat only', () => {
  const silent = processTable({ startOf: () => undefined })
  const token = ownerToken(processTable({ pid: 42, startOf: () => undefined }))
  expect(token).toBe('42-0-0badcafe')
  expect(holderOf(token, fresh, now, silent)).toBe('other')
  expect(holderOf(token, stale, now, silent)).toBe('nobody')
})

test('a process of another container or machine counts as long as it touches its segment', () => {
  const elsewhere = ownerToken(processTable({ place: 'feedbeef' }))
  expect(holderOf(elsewhere, fresh, now, own)).toBe('other')
  expect(holderOf(elsewhere, stale, now, own)).toBe('nobody')
})
