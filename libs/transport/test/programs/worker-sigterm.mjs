// Logs, is told to stop, logs its last line in the handler and exits.
import { logLines, workerLogger } from './lines.mjs'
const logger = workerLogger()
logLines(logger, 999)
process.on('SIGTERM', () => {
  logger.warn('stopping')
  process.exit(0)
})
setInterval(() => {}, 1_000)
console.log('ready')
