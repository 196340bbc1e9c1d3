// Wires the service payments and runs it.
import { env } from 'node:process'
import { systemClock } from '@millrace/foundation'
import { addressOf, serve } from '../shop/serve.mts'
import { refuseMisspelledSettings } from '../shop/settings.mts'
import { log, stream } from './log.mts'
import { createPaymentsServer } from './server.mts'

const server = createPaymentsServer({
  log,
  clock: systemClock,
  catalogueUrl: env['CATALOGUE_URL'] ?? 'http://127.0.0.1:3003',
})
refuseMisspelledSettings(env)
await serve(server, {
  service: 'payments',
  ...addressOf(env, 3002),
  flushLog: () => stream.close(),
})
