// Wires the service catalogue and runs it.
import { env } from 'node:process'
import { portOf, serve } from '../shop/serve.mts'
import { log, stream } from './log.mts'
import { createCatalogueServer } from './server.mts'
import { Stock } from './stock.mts'

await serve(createCatalogueServer({ log, stock: new Stock() }), {
  service: 'catalogue',
  port: portOf(env, 3003),
  flushLog: () => stream.close(),
})
