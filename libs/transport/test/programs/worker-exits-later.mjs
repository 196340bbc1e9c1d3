// Logs, and exits when the worker is ready and idle.
import { setTimeout as sleep } from 'node:timers/promises'
import { logLines, workerLogger } from './lines.mjs'
const logger = workerLogger()
logLines(logger, 500)
await sleep(1_500)
logLines(logger, 500)
process.exit(7)
