// A service that logs at a steady rate through Millrace's transport, in pino's worker thread: argv = one JSON object.
import pino from 'pino'

export interface TimedLoggerOptions {
  brokers: string[]
  topic: string
  dataset: string
  namespace: string
  spoolDirectory: string
  linesPerSecond: number
  seconds: number
}

const options = JSON.parse(process.argv[2]!) as TimedLoggerOptions
const { brokers, topic, dataset, namespace } = options
const logger = pino({
  transport: {
    target: '@millrace/transport',
    options: {
      brokers,
      topic,
      dataset,
      namespace,
      service: { name: 'latency' },
      spool: { directory: options.spoolDirectory },
    },
  },
})
const count = options.linesPerSecond * options.seconds
const startedAt = performance.now()
let lines = 0

// A line every so often, none in bursts: each has a moment of its own. pino's time is that of the call, in whole milliseconds.
const timer = setInterval(() => {
  const due = ((performance.now() - startedAt) / 1000) * options.linesPerSecond
  for (; lines < Math.min(due, count); lines++) logger.info({ number: lines }, 'request completed')
  if (lines < count) return
  clearInterval(timer)
  logger.flush(() => process.exit())
}, 1)
