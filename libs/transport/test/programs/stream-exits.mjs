// Exits at once without closing the stream: what can't be saved is told.
import { logLines, pinoInProcess } from './lines.mjs'
logLines(pinoInProcess().logger)
process.exit(7)
