// pino without a worker: logs and lets the process end by itself.
import { logLines, pinoInProcess } from './lines.mjs'
logLines(pinoInProcess().logger)
