// Logs and exits at once, before the worker is ready.
import { logLines, workerLogger } from './lines.mjs'
logLines(workerLogger())
process.exit(7)
