// What the services say to each other.

export interface OrderItem {
  sku: string
  quantity: number
}

export interface Product {
  sku: string
  name: string
  priceCents: number
  /** Value-added tax in percent. */
  taxPercent: number
}

/** A made-up card: never more than the last four digits. */
export interface MaskedCard {
  brand: string
  last4: string
}

export interface OrderRequest {
  customerId: string
  items: OrderItem[]
  card: MaskedCard
  coupon?: string
}

export interface Order {
  orderId: string
  customerId: string
  items: OrderItem[]
  amountCents: number
  paymentId: string
}

export interface PaymentRequest {
  orderId: string
  amountCents: number
  card: MaskedCard
  items: OrderItem[]
}

export interface Payment {
  paymentId: string
  orderId: string
  amountCents: number
  taxCents: number
}

/** JSON schema of a list of items. */
export const orderItemsSchema = {
  type: 'array',
  minItems: 1,
  maxItems: 20,
  items: {
    type: 'object',
    required: ['sku', 'quantity'],
    properties: {
      sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{4}$' },
      quantity: { type: 'integer', minimum: 1, maximum: 99 },
    },
  },
} as const

/** JSON schema of a masked card. */
export const maskedCardSchema = {
  type: 'object',
  required: ['brand', 'last4'],
  properties: { brand: { type: 'string' }, last4: { type: 'string', pattern: '^[0-9]{4}$' } },
} as const
