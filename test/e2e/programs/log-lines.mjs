// A service that does nothing but log: argv = producer name, lines, lines per second (0: as fast as it can).
// Plain JavaScript, so that every Node that the transport supports can run it.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'

const [producer, linesText, rateText = '0'] = process.argv.slice(2)
const lines = Number(linesText)
const rate = Number(rateText)
const transport = pino.transport({
  target: '@millrace/transport',
  options: { service: { name: producer } },
})
transport.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
const logger = pino({ base: { producer } }, transport)
const digest = (n) => createHash('sha256').update(`${producer}/${n}`).digest('hex')

const burst = rate > 0 ? Math.max(1, Math.floor(rate / 20)) : 500
for (let n = 1; n <= lines; n++) {
  logger.info(
    { n, digest: digest(n), text: `line ${n} “quoted”\n\tand a second row` },
    `event ${n}`,
  )
  if (n % burst === 0) await (rate > 0 ? sleep(50) : new Promise(setImmediate))
}
process.stdout.write(`${JSON.stringify({ producer, lines })}\n`)
