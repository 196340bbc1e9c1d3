// The catalogue's shelf: products, how many are left, and when new ones arrive.
import { type OrderItem, type Product } from '../shop/order.mts'

export const products: readonly Product[] = [
  { sku: 'TEA-0001', name: 'Assam, loose, 250 g', priceCents: 790, taxPercent: 7 },
  { sku: 'TEA-0002', name: 'Sencha, 100 g', priceCents: 1150, taxPercent: 7 },
  { sku: 'TEA-0003', name: 'Rooibos, 20 bags', priceCents: 420, taxPercent: 7 },
  { sku: 'POT-0001', name: 'Teapot, cast iron, 1.2 l', priceCents: 5490, taxPercent: 19 },
  { sku: 'POT-0002', name: 'Teapot, glass, 0.8 l', priceCents: 2995, taxPercent: 19 },
  { sku: 'CUP-0001', name: 'Cup, stoneware', priceCents: 1290, taxPercent: 19 },
  { sku: 'CUP-0002', name: 'Cup, double glass, pair', priceCents: 1890, taxPercent: 19 },
  { sku: 'KET-0001', name: 'Kettle with temperature, 1.7 l', priceCents: 8990, taxPercent: 19 },
]

/** Thrown to the caller as 409. */
export class OutOfStockError extends Error {
  readonly statusCode = 409
  readonly sku: string

  constructor(sku: string, wanted: number, left: number) {
    super(`${sku} is out of stock: ${wanted} wanted, ${left} left`)
    this.name = 'OutOfStockError'
    this.sku = sku
  }
}

export interface StockOptions {
  /** How many of each product a delivery brings. Default 60. */
  deliverySize?: number
  /** A delivery arrives after so many refused reservations. Default 5. */
  refusalsBeforeDelivery?: number
  /** Reservations that are kept for a release; the oldest goes first. Default 1000. */
  reservationsMax?: number
}

/** Stock in memory. Time plays no part: the same calls give the same answers. */
export class Stock {
  readonly #left = new Map<string, number>()
  readonly #refusals = new Map<string, number>()
  readonly #reservations = new Map<string, readonly OrderItem[]>()
  readonly #deliverySize: number
  readonly #refusalsBeforeDelivery: number
  readonly #reservationsMax: number

  constructor(options: StockOptions = {}) {
    this.#deliverySize = options.deliverySize ?? 60
    this.#refusalsBeforeDelivery = options.refusalsBeforeDelivery ?? 5
    this.#reservationsMax = options.reservationsMax ?? 1000
    for (const { sku } of products) this.#left.set(sku, this.#deliverySize)
  }

  left(sku: string): number {
    return this.#left.get(sku) ?? 0
  }

  /** All items or none. @throws OutOfStockError for the first that is short. */
  reserve(orderId: string, items: readonly OrderItem[]): void {
    const short = items.find(({ sku, quantity }) => this.left(sku) < quantity)
    if (short !== undefined) {
      const error = new OutOfStockError(short.sku, short.quantity, this.left(short.sku))
      this.#refuse(short.sku)
      throw error
    }
    for (const { sku, quantity } of items) this.#left.set(sku, this.left(sku) - quantity)
    this.#reservations.set(orderId, items)
    if (this.#reservations.size > this.#reservationsMax) {
      for (const oldest of this.#reservations.keys()) {
        this.#reservations.delete(oldest)
        break
      }
    }
  }

  /** Puts a reservation back; false when there is none. */
  release(orderId: string): boolean {
    const items = this.#reservations.get(orderId)
    if (items === undefined) return false
    this.#reservations.delete(orderId)
    for (const { sku, quantity } of items) this.#left.set(sku, this.left(sku) + quantity)
    return true
  }

  #refuse(sku: string): void {
    const refusals = (this.#refusals.get(sku) ?? 0) + 1
    const delivered = refusals >= this.#refusalsBeforeDelivery
    this.#refusals.set(sku, delivered ? 0 : refusals)
    if (delivered) this.#left.set(sku, this.left(sku) + this.#deliverySize)
  }
}
