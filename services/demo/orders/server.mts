// The shop's front door: takes orders, asks catalogue and payments, logs with pino as fastify does.
import { randomBytes } from 'node:crypto'
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type Logger } from 'pino'
import { type Order, type OrderRequest, type Payment, type Product } from '../shop/order.mts'
import { maskedCardSchema, orderItemsSchema } from '../shop/order.mts'
import { callPeer } from '../shop/peer.mts'
import { traceOf } from '../shop/trace.mts'
import { discountedCents } from './coupons.mts'

export interface OrdersOptions {
  log: Logger
  catalogueUrl: string
  paymentsUrl: string
  /** Orders that are remembered; the oldest goes first. Default 1000. */
  ordersMax?: number
}

const orderSchema = {
  body: {
    type: 'object',
    required: ['customerId', 'items', 'card'],
    properties: {
      customerId: { type: 'string', maxLength: 64 },
      items: orderItemsSchema,
      card: maskedCardSchema,
      coupon: { type: 'string', maxLength: 32 },
    },
  },
}

/** Fastify says what was asked in a line before this one; one line with both can be searched by both. */
class OneLineLog extends LogController {
  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (error) return super.requestCompleted(error, request, reply)
    reply.log.info(
      { req: request, res: reply, responseTime: reply.elapsedTime },
      'request completed',
    )
  }
}

export function createOrdersServer(options: OrdersOptions): FastifyInstance {
  const orders = new Map<string, Order>()
  const server = fastify({
    loggerInstance: options.log,
    logController: new OneLineLog(),
    // Each line of a request carries its trace.
    childLoggerFactory(log, bindings, childOptions, request) {
      const { traceId, spanId } = traceOf(request)
      return log.child({ ...bindings, trace_id: traceId, span_id: spanId }, childOptions)
    },
  })

  server.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))

  server.post<{ Body: OrderRequest }>(
    '/orders',
    { schema: orderSchema },
    async (request, reply) => {
      const order = await placeOrder(request, options)
      remember(orders, order, options.ordersMax ?? 1000)
      reply.code(201)
      return order
    },
  )

  server.get<{ Params: { orderId: string } }>('/orders/:orderId', async (request, reply) => {
    const order = orders.get(request.params.orderId)
    if (order !== undefined) return order
    request.log.warn({ orderId: request.params.orderId }, 'order not found')
    reply.code(404)
    return { message: 'order not found' }
  })

  return server as unknown as FastifyInstance
}

async function placeOrder(
  request: FastifyRequest<{ Body: OrderRequest }>,
  { catalogueUrl, paymentsUrl }: OrdersOptions,
): Promise<Order> {
  const { customerId, items, card, coupon } = request.body
  const trace = traceOf(request.raw)
  const orderId = `ord_${randomBytes(6).toString('hex')}`

  let fullCents = 0
  for (const { sku, quantity } of items) {
    const product = await callPeer<Product>(`${catalogueUrl}/products/${sku}`, { trace })
    fullCents += product.priceCents * quantity
  }
  const amountCents = discountedCents(fullCents, coupon)

  const reservation = `${catalogueUrl}/reservations/${orderId}`
  await callPeer(reservation, { trace, method: 'POST', body: { items } })
  try {
    const payment = await callPeer<Payment>(`${paymentsUrl}/payments`, {
      trace,
      method: 'POST',
      body: { orderId, amountCents, card, items },
    })
    request.log.info({ orderId, customerId, amountCents, items: items.length }, 'order placed')
    return { orderId, customerId, items, amountCents, paymentId: payment.paymentId }
  } catch (error) {
    request.log.warn({ orderId, amountCents, err: error }, 'order cancelled, payment failed')
    await callPeer(reservation, { trace, method: 'DELETE' })
    throw error
  }
}

function remember(orders: Map<string, Order>, order: Order, ordersMax: number): void {
  orders.set(order.orderId, order)
  if (orders.size <= ordersMax) return
  const [oldest] = orders.keys()
  if (oldest !== undefined) orders.delete(oldest)
}
