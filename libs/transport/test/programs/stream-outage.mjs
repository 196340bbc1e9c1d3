// Kafka can't be reached; the application works on and ends by itself.
import { logLines, pinoInProcess } from './lines.mjs'
const { logger, stream } = pinoInProcess({ closeTimeoutMs: 1_000 })
logLines(logger)
process.exitCode = 5
process.on('exit', () => console.log(JSON.stringify(stream.counters)))
