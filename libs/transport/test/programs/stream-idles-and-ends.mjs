// The connection is open and idle when the process has nothing left to do.
import { logLines, pinoInProcess } from './lines.mjs'
const { logger, stream } = pinoInProcess()
logLines(logger)
console.log(await stream.flush())
