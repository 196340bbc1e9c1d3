// Logs, flushes, says so, and stays.
import { logLines, workerLogger } from './lines.mjs'
const logger = workerLogger()
logLines(logger)
logger.flush((error) => console.log(error ? `flush failed: ${error.message}` : 'flushed'))
setInterval(() => {}, 1_000)
