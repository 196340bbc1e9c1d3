// Wires the load generator and runs it: a process of its own that visits the shop.
import { argv, env } from 'node:process'
import { seededRandom, systemClock } from '@millrace/foundation'
import { refuseMisspelledSettings } from '../shop/settings.mts'
import { readLoadOptions } from './options.mts'
import { sendVisits } from './visitors.mts'

refuseMisspelledSettings(env)
const options = readLoadOptions(argv.slice(2), env)
if ('problem' in options) {
  process.stderr.write(`load: ${options.problem}\n`)
  process.exit(2)
}
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
process.once('SIGINT', () => stopping.abort())

const totals = await sendVisits({
  ...options,
  random: seededRandom(options.seed),
  clock: systemClock,
  signal: stopping.signal,
})
process.stdout.write(`${JSON.stringify({ service: 'load', seed: options.seed, ...totals })}\n`)
process.exit(0)
