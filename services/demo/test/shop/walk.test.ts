// The three services together, in one process on free ports, each with its real logger writing to memory.
import { Writable } from 'node:stream'
import { systemClock } from '@millrace/foundation'
import bunyan from 'bunyan'
import { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import winston from 'winston'
import { createCatalogueServer } from '../../catalogue/server.mts'
import { Stock } from '../../catalogue/stock.mts'
import { createOrdersServer } from '../../orders/server.mts'
import { createPaymentsServer } from '../../payments/server.mts'

type Line = Record<string, unknown>

class Lines extends Writable {
  readonly lines: Line[] = []
  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    for (const line of String(chunk).split('\n').filter(Boolean)) this.lines.push(JSON.parse(line))
    callback()
  }
}

async function listen(server: FastifyInstance): Promise<string> {
  onTestFinished(() => server.close())
  return server.listen({ port: 0, host: '127.0.0.1' })
}

async function startShop(): Promise<{
  orders: string
  catalogue: string
  lines: { orders: Line[]; payments: Line[]; catalogue: Line[] }
}> {
  const [forOrders, forPayments, forCatalogue] = [new Lines(), new Lines(), new Lines()]
  const catalogue = await listen(
    createCatalogueServer({
      stock: new Stock(),
      log: bunyan.createLogger({
        name: 'catalogue',
        streams: [{ stream: forCatalogue }],
        serializers: bunyan.stdSerializers,
      }),
    }),
  )
  const payments = await listen(
    createPaymentsServer({
      clock: systemClock,
      catalogueUrl: catalogue,
      log: winston.createLogger({
        format: winston.format.combine(
          winston.format.timestamp(),
          winston.format.errors({ stack: true }),
          winston.format.json(),
        ),
        transports: [new winston.transports.Stream({ stream: forPayments })],
      }),
    }),
  )
  const orders = await listen(
    createOrdersServer({
      log: pino(forOrders),
      catalogueUrl: catalogue,
      paymentsUrl: payments,
    }),
  )
  return {
    orders,
    catalogue,
    lines: {
      orders: forOrders.lines,
      payments: forPayments.lines,
      catalogue: forCatalogue.lines,
    },
  }
}

async function order(
  url: string,
  change: { last4?: string; coupon?: string; items?: unknown } = {},
): Promise<{ status: number; body: Line }> {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      customerId: 'cus_0001',
      items: change.items ?? [{ sku: 'TEA-0001', quantity: 2 }],
      card: { brand: 'testcard', last4: change.last4 ?? '4242' },
      ...(change.coupon === undefined ? {} : { coupon: change.coupon }),
    }),
  })
  return { status: answer.status, body: (await answer.json()) as Line }
}

test('one order leaves lines with the same trace id in all three services, each in its own spelling', async () => {
  const shop = await startShop()
  const { status, body } = await order(shop.orders, { coupon: 'WELCOME' })
  expect(status).toBe(201)
  expect(body).toMatchObject({ amountCents: 1422, orderId: expect.stringMatching(/^ord_/) })
  expect((await fetch(`${shop.orders}/orders/${String(body['orderId'])}`)).status).toBe(200)

  const placed = shop.lines.orders.find(({ msg }) => msg === 'order placed')
  const traceId = placed?.['trace_id']
  expect(traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(placed).toMatchObject({ level: 30, orderId: body['orderId'], amountCents: 1422 })
  const captured = shop.lines.payments.find(({ message }) => message === 'payment captured')
  expect(captured).toMatchObject({ level: 'info', 'trace.id': traceId, orderId: body['orderId'] })
  expect(shop.lines.orders.find(({ msg }) => msg === 'request completed')).toMatchObject({
    req: { method: 'POST', url: '/orders' },
    res: { statusCode: 201 },
  })
  const paid = shop.lines.payments.find(({ message }) => message === 'request completed')
  expect(paid).toMatchObject({
    http: { request: { method: 'POST' }, response: { status_code: 201 } },
    url: { original: '/payments', path: '/payments' },
    event: { duration: expect.any(Number) },
    'trace.id': traceId,
  })
  const completed = shop.lines.catalogue.filter((line) => line['traceId'] === traceId)
  expect(completed.length).toBe(3)
  expect(completed[0]).toMatchObject({
    msg: 'request completed',
    req: { method: 'GET', url: '/products/TEA-0001' },
    res: { statusCode: 200 },
  })
})

test('a declined card is a warning with its stack, and the reservation is released', async () => {
  const shop = await startShop()
  const { status, body } = await order(shop.orders, { last4: '0002' })
  expect(status).toBe(402)
  expect(body['message']).toContain('declined')
  const declined = shop.lines.payments.find(({ level }) => level === 'warn')
  expect(declined).toMatchObject({
    message: 'the card ending in 0002 was declined: insufficient_funds',
    stack: expect.stringContaining('PaymentDeclinedError'),
  })
  const cancelled = shop.lines.orders.find(({ msg }) => msg === 'order cancelled, payment failed')
  expect(cancelled).toMatchObject({ level: 40, err: { type: 'PeerError' } })
  expect(shop.lines.catalogue.some(({ msg }) => msg === 'reservation released')).toBe(true)
})

test('a provider that is too slow is an error with the cause', async () => {
  const shop = await startShop()
  const { status } = await order(shop.orders, { last4: '0119' })
  expect(status).toBe(504)
  const failed = shop.lines.payments.find(({ level }) => level === 'error')
  expect(failed).toMatchObject({
    message: 'the payment provider did not answer within 150 ms',
    name: 'ProviderTimeoutError',
    stack: expect.stringContaining('[cause]: Error: connect ETIMEDOUT 192.0.2.10:443'),
  })
})

test('the coupon bug is a TypeError with its stack in the log of orders, and a 500', async () => {
  const shop = await startShop()
  const { status } = await order(shop.orders, { coupon: 'SPRING24' })
  expect(status).toBe(500)
  const failed = shop.lines.orders.find(({ level }) => level === 50)
  expect(failed).toMatchObject({
    err: { type: 'TypeError', stack: expect.stringContaining('coupons.mts') },
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
})

test('an order of more than there is gets 409, and catalogue warns', async () => {
  const shop = await startShop()
  const { status } = await order(shop.orders, { items: [{ sku: 'KET-0001', quantity: 61 }] })
  expect(status).toBe(409)
  expect(shop.lines.catalogue.find(({ level }) => level === 40)).toMatchObject({
    err: { name: 'OutOfStockError', stack: expect.stringContaining('OutOfStockError') },
  })
})

test('health checks leave no line', async () => {
  const shop = await startShop()
  for (const url of [shop.orders, shop.catalogue]) {
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  }
  expect(shop.lines.catalogue).toEqual([])
  expect(
    shop.lines.orders.filter(
      ({ msg }) => msg !== undefined && !JSON.stringify(msg).startsWith(`"Server listening`),
    ),
  ).toEqual([])
})
