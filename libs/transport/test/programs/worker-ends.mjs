// Logs and lets the process end by itself.
import { logLines, workerLogger } from './lines.mjs'
logLines(workerLogger())
