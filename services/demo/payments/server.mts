// Takes the money: charges the card at the provider, asks the catalogue for taxes, logs with winston.
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { type Clock } from '@millrace/foundation'
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import { type Logger } from 'winston'
import { maskedCardSchema, orderItemsSchema } from '../shop/order.mts'
import { type Payment, type PaymentRequest, type Product } from '../shop/order.mts'
import { callPeer } from '../shop/peer.mts'
import { traceOf } from '../shop/trace.mts'
import { charge } from './provider.mts'

const nanosPerMs = 1_000_000

export interface PaymentsOptions {
  log: Logger
  catalogueUrl: string
  clock: Pick<Clock, 'sleep'>
}

const paymentSchema = {
  body: {
    type: 'object',
    required: ['orderId', 'amountCents', 'card', 'items'],
    properties: {
      orderId: { type: 'string' },
      amountCents: { type: 'integer', minimum: 1 },
      card: maskedCardSchema,
      items: orderItemsSchema,
    },
  },
}

export function createPaymentsServer(options: PaymentsOptions): FastifyInstance {
  const server = fastify({ logger: false })

  /** A child that puts the trace on each line of a request, spelled as ECS does. */
  const logOf = (request: FastifyRequest): Logger => {
    const { traceId, spanId } = traceOf(request.raw)
    return options.log.child({ 'trace.id': traceId, 'span.id': spanId })
  }

  server.addHook('onResponse', async (request, reply) => {
    if (request.url === '/healthz') return
    // winston has no serializers for requests, so the fields have ECS's names from the start.
    logOf(request).info('request completed', {
      http: {
        request: { id: request.id, method: request.method },
        response: { status_code: reply.statusCode },
      },
      url: urlOf(request),
      event: { duration: Math.round(reply.elapsedTime * nanosPerMs) },
    })
  })

  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const statusCode = error.statusCode ?? 500
    const { name, message, code } = error
    // Node's own print of an error shows the chain of causes; JSON.stringify would leave them out.
    const stack = inspect(error)
    logOf(request).log({ level: statusCode < 500 ? 'warn' : 'error', message, name, code, stack })
    return reply.code(statusCode).send({ message: error.message })
  })

  server.get('/healthz', () => ({ status: 'ok' }))

  server.post<{ Body: PaymentRequest }>(
    '/payments',
    { schema: paymentSchema },
    async (request, reply) => {
      const { orderId, amountCents, card } = request.body
      const log = logOf(request)
      log.debug('charging', { orderId, amountCents, card: `${card.brand} **** ${card.last4}` })
      await charge(request.body, options.clock)
      const payment: Payment = {
        paymentId: `pay_${randomBytes(6).toString('hex')}`,
        orderId,
        amountCents,
        taxCents: await taxCents(request, options),
      }
      log.info('payment captured', payment)
      reply.code(201)
      return payment
    },
  )

  return server
}

function urlOf({ url }: FastifyRequest): { original: string; path: string; query?: string } {
  const mark = url.indexOf('?')
  if (mark === -1) return { original: url, path: url }
  return { original: url, path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/** The tax that the price contains. Its share of each product comes from the catalogue. */
async function taxCents(
  request: FastifyRequest<{ Body: PaymentRequest }>,
  { catalogueUrl }: PaymentsOptions,
): Promise<number> {
  const { amountCents, items } = request.body
  let fullCents = 0
  let fullTaxCents = 0
  for (const { sku, quantity } of items) {
    const product = await callPeer<Product>(`${catalogueUrl}/products/${sku}`, {
      trace: traceOf(request.raw),
    })
    const priceCents = product.priceCents * quantity
    fullCents += priceCents
    fullTaxCents += (priceCents * product.taxPercent) / (100 + product.taxPercent)
  }
  return Math.round((fullTaxCents * amountCents) / fullCents)
}
