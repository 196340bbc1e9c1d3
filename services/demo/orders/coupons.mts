// A discount on an order, with the bug that every shop has.

const coupons: Record<string, { percent: number }> = {
  WELCOME: { percent: 10 },
  TEATIME: { percent: 15 },
}

/**
 * The price after the coupon, in cents.
 * The demo's bug: a code that has left the table (`SPRING24`) is a TypeError, because nobody asked
 * whether it is still there. The log shows its stack.
 */
export function discountedCents(amountCents: number, coupon: string | undefined): number {
  if (coupon === undefined) return amountCents
  return Math.round((amountCents * (100 - coupons[coupon]!.percent)) / 100)
}
