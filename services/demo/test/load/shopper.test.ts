import { seededRandom } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { nextPauseMs, nextVisit, type Visit } from '../../load/shopper.mts'

function visits(seed: number, count: number): Visit[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => nextVisit(random))
}

test('the same seed gives the same visits, another seed others', () => {
  expect(visits(7, 50)).toEqual(visits(7, 50))
  expect(visits(7, 50)).not.toEqual(visits(8, 50))
})

test('a thousand visits hold every kind of trouble', () => {
  const orders = visits(1, 1000).flatMap((visit) => (visit.kind === 'order' ? [visit.order] : []))
  expect(new Set(orders.map(({ card }) => card.last4))).toEqual(
    new Set(['4242', '0002', '0069', '0119']),
  )
  expect(orders.some(({ coupon }) => coupon === 'SPRING24')).toBe(true)
  expect(orders.some(({ items }) => items.some(({ quantity }) => quantity === 50))).toBe(true)
})

test('pauses have the mean of the rate', () => {
  const random = seededRandom(1)
  let sumMs = 0
  for (let index = 0; index < 20_000; index++) sumMs += nextPauseMs(20, random)
  expect(sumMs / 20_000).toBeGreaterThan(48)
  expect(sumMs / 20_000).toBeLessThan(52)
})
