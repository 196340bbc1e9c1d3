// What the shop's visitors do: a sequence that one seed decides.
import { type Random } from '@millrace/foundation'
import { type OrderItem, type OrderRequest } from '../shop/order.mts'

/** One request from outside. */
export type Visit =
  | { kind: 'order'; order: OrderRequest }
  /** A look at an order of before; `recent` counts back from the newest. */
  | { kind: 'look'; recent: number }
  | { kind: 'browse'; path: string }

const skus = ['TEA-0001', 'TEA-0002', 'TEA-0003', 'POT-0001', 'POT-0002', 'CUP-0001', 'CUP-0002']
/** Card digits and the share of orders that pay with them: good, declined, expired, provider too slow. */
const cards: readonly [last4: string, share: number][] = [
  ['4242', 0.93],
  ['0002', 0.03],
  ['0069', 0.02],
  ['0119', 0.02],
]
const coupons: readonly [coupon: string | undefined, share: number][] = [
  [undefined, 0.85],
  ['WELCOME', 0.08],
  ['TEATIME', 0.06],
  ['SPRING24', 0.01],
]

/** The next visit; the same `random` gives the same visits. */
export function nextVisit(random: Random): Visit {
  const chance = random.next()
  if (chance < 0.55) return { kind: 'order', order: nextOrder(random) }
  if (chance < 0.75) return { kind: 'look', recent: Math.floor(random.next() * 20) }
  if (chance < 0.8) return { kind: 'browse', path: '/products' }
  const sku = random.next() < 0.03 ? 'TEA-9999' : among(skus, random)
  return { kind: 'browse', path: `/products/${sku}` }
}

/** Milliseconds until the next visit: visitors come independently of each other (a Poisson process). */
export function nextPauseMs(ratePerSecond: number, random: Random): number {
  return (-Math.log(1 - random.next()) / ratePerSecond) * 1000
}

function nextOrder(random: Random): OrderRequest {
  const items: OrderItem[] = []
  const count = 1 + Math.floor(random.next() * 3)
  for (let index = 0; index < count; index++) {
    items.push({ sku: among(skus, random), quantity: 1 + Math.floor(random.next() * 3) })
  }
  if (random.next() < 0.01) items.push({ sku: 'KET-0001', quantity: 50 })
  const coupon = byShare(coupons, random)
  return {
    customerId: `cus_${String(Math.floor(random.next() * 500)).padStart(4, '0')}`,
    items,
    card: { brand: 'testcard', last4: byShare(cards, random) },
    ...(coupon === undefined ? {} : { coupon }),
  }
}

function among<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random.next() * values.length)]!
}

function byShare<Value>(shares: readonly [Value, number][], random: Random): Value {
  let chance = random.next()
  for (const [value, share] of shares) {
    chance -= share
    if (chance < 0) return value
  }
  return shares[0]![0]
}
