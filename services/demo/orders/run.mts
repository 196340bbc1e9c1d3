// Wires the service orders and runs it.
import { env } from 'node:process'
import { addressOf, serve } from '../shop/serve.mts'
import { refuseMisspelledSettings } from '../shop/settings.mts'
import { log } from './log.mts'
import { createOrdersServer } from './server.mts'

const server = createOrdersServer({
  log,
  paymentsUrl: env['PAYMENTS_URL'] ?? 'http://127.0.0.1:3002',
  catalogueUrl: env['CATALOGUE_URL'] ?? 'http://127.0.0.1:3003',
})
refuseMisspelledSettings(env)
await serve(server, {
  service: 'orders',
  ...addressOf(env, 3001),
  flushLog: () => new Promise((resolve) => log.flush(() => resolve())),
})
