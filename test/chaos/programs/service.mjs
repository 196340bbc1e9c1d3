// A service that logs through the real transport at a steady rate and writes down, in a file of its own, each line
// that it has logged: the ground truth. Its one parameter is JSON, see ServicePlan in service-actor.ts.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { openSync, writeSync } from 'node:fs'
import { createMillraceStream } from '@millrace/transport'
import pino from 'pino'

const plan = JSON.parse(process.argv[2])
const journal = openSync(plan.journal, 'a')
const note = (kind, value) => writeSync(journal, `${kind} ${JSON.stringify(value)}\n`)

const options = {
  ...plan.options,
  service: { name: plan.service, node: plan.incarnation },
}
const isStream = plan.kind === 'stream'
const stream = isStream
  ? createMillraceStream({ ...options, format: 'pino', onDrop: (drop) => note('drop', drop) })
  : pino.transport({ target: '@millrace/transport', options })
if (isStream) note('instance', stream.instance)
stream.on('error', (error) => note('error', error.message))
const logger = pino({ base: null }, stream)

const startedAt = performance.now()
const tickMs = 20
let n = 0

function logLine() {
  n++
  const digest = createHash('sha256').update(`${plan.incarnation}/${n}`).digest('hex')
  // 40 to 700 bytes, and now and then a long one.
  const length = n % 997 === 0 ? 30_000 : Number.parseInt(digest.slice(0, 4), 16) % 660
  const text = `line ${n} “quoted”\n\tand a second row ${'x'.repeat(length)}`
  logger.info({ n, incarnation: plan.incarnation, digest, text }, `event ${n}`)
  writeSync(journal, `${n} ${Date.now()}\n`)
}

const ticking = setInterval(() => {
  const due = Math.min(plan.lines, Math.ceil(((performance.now() - startedAt) / 1_000) * plan.rate))
  // After a standstill the missed lines come fast, but the event loop gets its turn.
  const through = Math.min(due, n + 2_000)
  while (n < through) logLine()
  if (n >= plan.lines) void end()
}, tickMs)

let isEnding = false
async function end() {
  if (isEnding) return
  isEnding = true
  clearInterval(ticking)
  note('logged', n)
  // Just leaving must be as good as closing.
  if (plan.ending === 'exit') process.exit(0)
  if (isStream) await stream.close()
  else {
    stream.end()
    await once(stream, 'close')
  }
  note('closed', isStream ? stream.counters : {})
}

process.on('SIGTERM', () => void end())
note('started', { pid: process.pid, at: Date.now() })
