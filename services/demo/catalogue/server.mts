// Knows the products and the stock, logs with bunyan.
import type Logger from 'bunyan'
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import { type OrderItem, orderItemsSchema } from '../shop/order.mts'
import { traceOf } from '../shop/trace.mts'
import { products, type Stock } from './stock.mts'

export interface CatalogueOptions {
  log: Logger
  stock: Stock
  /** At so many or fewer pieces a warning is logged. Default 5. */
  lowStock?: number
}

type ReservationRequest = FastifyRequest<{
  Params: { orderId: string }
  Body: { items: OrderItem[] }
}>

const reservationSchema = {
  body: { type: 'object', required: ['items'], properties: { items: orderItemsSchema } },
}

export function createCatalogueServer(options: CatalogueOptions): FastifyInstance {
  const { log, stock, lowStock = 5 } = options
  const server = fastify({ logger: false })

  /** A child that puts the trace on each line of a request. */
  const logOf = (request: FastifyRequest): Logger => {
    const { traceId, spanId } = traceOf(request.raw)
    return log.child({ traceId, spanId })
  }

  server.addHook('onResponse', async (request, reply) => {
    if (request.url === '/healthz') return
    logOf(request).info(
      { req: request.raw, res: reply.raw, responseTime: reply.elapsedTime },
      'request completed',
    )
  })

  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const statusCode = error.statusCode ?? 500
    logOf(request)[statusCode < 500 ? 'warn' : 'error'](error)
    return reply.code(statusCode).send({ message: error.message })
  })

  server.get('/healthz', () => ({ status: 'ok' }))

  server.get('/products', () => products)

  server.get<{ Params: { sku: string } }>('/products/:sku', (request, reply) => {
    const product = products.find(({ sku }) => sku === request.params.sku)
    if (product !== undefined) return { ...product, left: stock.left(product.sku) }
    logOf(request).warn({ sku: request.params.sku }, 'no such product')
    reply.code(404)
    return { message: `${request.params.sku} is not in the catalogue` }
  })

  server.post(
    '/reservations/:orderId',
    { schema: reservationSchema },
    (request: ReservationRequest, reply) => {
      const { items } = request.body
      stock.reserve(request.params.orderId, items)
      for (const { sku } of items) {
        const left = stock.left(sku)
        if (left <= lowStock) logOf(request).warn({ sku, left }, 'stock is low')
      }
      reply.code(201)
      return { orderId: request.params.orderId }
    },
  )

  server.delete<{ Params: { orderId: string } }>('/reservations/:orderId', (request, reply) => {
    const { orderId } = request.params
    const released = stock.release(orderId)
    logOf(request).info({ orderId, released }, 'reservation released')
    if (released) return reply.code(204).send()
    return reply.code(404).send({ message: `no reservation for ${orderId}` })
  })

  return server
}
