// Wires the service catalogue and runs it.
import { env } from 'node:process'
import { addressOf, serve } from '../shop/serve.mts'
import { refuseMisspelledSettings } from '../shop/settings.mts'
import { log, stream } from './log.mts'
import { createCatalogueServer } from './server.mts'
import { Stock } from './stock.mts'

refuseMisspelledSettings(env)
await serve(createCatalogueServer({ log, stock: new Stock() }), {
  service: 'catalogue',
  ...addressOf(env, 3003),
  flushLog: () => stream.close(),
})
