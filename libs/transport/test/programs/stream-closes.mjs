// Logs, closes the stream and exits.
import { logLines, pinoInProcess } from './lines.mjs'
const { logger, stream } = pinoInProcess()
logLines(logger)
await stream.close()
process.exit(7)
