import { seededRandom } from '@millrace/foundation'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatEventId,
  hashSource,
  instanceStartMs,
  isEventId,
  mintInstanceId,
  nestedEventId,
  offsetEventId,
  parseEventId,
} from '../src/event-id.ts'

const sequence = fc.integer({ min: 1, max: 36 ** 8 - 1 })
const startMs = fc.integer({ min: 0, max: 2 ** 48 - 1 })

test('an id gives back its instance and sequence, also when it is nested', () => {
  fc.assert(
    fc.property(startMs, fc.integer(), sequence, fc.nat(1_000_000), (now, seed, number, index) => {
      const instance = mintInstanceId({ now: () => now }, seededRandom(seed))
      const id = formatEventId(instance, number)
      expect(instance).toHaveLength(16)
      expect(parseEventId(id)).toEqual({ instance, sequence: number })
      expect(parseEventId(nestedEventId(id, index))).toEqual({ instance, sequence: number })
    }),
  )
})

test('ids sort as their start times and sequences do', () => {
  fc.assert(
    fc.property(startMs, startMs, sequence, sequence, (firstMs, secondMs, first, second) => {
      const random = { bytes: (): Uint8Array => new Uint8Array([255, 0, 128, 7]) }
      const one = formatEventId(mintInstanceId({ now: () => firstMs }, random), first)
      const two = formatEventId(mintInstanceId({ now: () => secondMs }, random), second)
      const expected = Math.sign(firstMs - secondMs) || Math.sign(first - second)
      expect(one < two ? -1 : Number(one > two)).toBe(expected)
    }),
  )
})

test('an instance id says when its instance was started', () => {
  fc.assert(
    fc.property(startMs, (atMs) => {
      const random = { bytes: (): Uint8Array => new Uint8Array([255, 0, 128, 7]) }
      expect(instanceStartMs(mintInstanceId({ now: () => atMs }, random))).toBe(atMs)
    }),
  )
  expect(instanceStartMs('k123')).toBeUndefined()
})

test('a sequence below 1 or past eight base36 digits is refused', () => {
  for (const wrong of [0, -1, 1.5, 36 ** 8, Number.NaN]) {
    expect(() => formatEventId('0'.repeat(16), wrong)).toThrow(RangeError)
  }
})

test('text that no instance minted is not an event id', () => {
  const instance = '06h09amfz8000000'
  for (const text of ['', 'k', `${instance}-1`, `${instance}-0000000A`, `${instance}_00000001`]) {
    expect(isEventId(text)).toBe(false)
  }
  expect(parseEventId(offsetEventId('abc', 3, 42))).toBeUndefined()
})

test('ids made of offsets sort by offset and differ between clusters and topics', () => {
  const source = hashSource('cluster', 'logs')
  expect(offsetEventId(source, 3, 42)).toBe(`k${source}-3-0000000000000042`)
  expect(offsetEventId(source, 3, 9) < offsetEventId(source, 3, 10)).toBe(true)
  expect(new Set([source, hashSource('other', 'logs'), hashSource('cluster', 'log')]).size).toBe(3)
})
