// The payment provider outside the shop, made up: the last digits of the card say what happens.
import { type Clock } from '@millrace/foundation'
import { type PaymentRequest } from '../shop/order.mts'

/** The card's bank said no. */
export class PaymentDeclinedError extends Error {
  readonly statusCode = 402
  readonly code: string

  constructor(code: string, last4: string) {
    super(`the card ending in ${last4} was declined: ${code}`)
    this.name = 'PaymentDeclinedError'
    this.code = code
  }
}

/** The provider did not answer in time. */
export class ProviderTimeoutError extends Error {
  readonly statusCode = 504

  constructor(timeoutMs: number, options: ErrorOptions) {
    super(`the payment provider did not answer within ${timeoutMs} ms`, options)
    this.name = 'ProviderTimeoutError'
  }
}

/** Test cards, in the manner of payment providers' sandboxes. */
export const testCards = { good: '4242', declined: '0002', expired: '0069', slow: '0119' } as const

const providerTimeoutMs = 150

/** Charges the card. @throws PaymentDeclinedError, ProviderTimeoutError */
export async function charge(
  { card, amountCents }: PaymentRequest,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  await clock.sleep(2 + (amountCents % 20))
  if (card.last4 === testCards.declined) {
    throw new PaymentDeclinedError('insufficient_funds', card.last4)
  }
  if (card.last4 === testCards.expired) throw new PaymentDeclinedError('expired_card', card.last4)
  if (card.last4 === testCards.slow) {
    try {
      await connectToSlowProvider(clock)
    } catch (cause) {
      throw new ProviderTimeoutError(providerTimeoutMs, { cause })
    }
  }
}

async function connectToSlowProvider(clock: Pick<Clock, 'sleep'>): Promise<never> {
  await clock.sleep(providerTimeoutMs)
  throw Object.assign(new Error('connect ETIMEDOUT 192.0.2.10:443'), {
    code: 'ETIMEDOUT',
    syscall: 'connect',
  })
}
