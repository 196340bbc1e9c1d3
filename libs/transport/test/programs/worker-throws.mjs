// Logs and dies of an exception that nobody catches.
import { logLines, workerLogger } from './lines.mjs'
logLines(workerLogger())
throw new Error('nobody catches this')
