// Logs one line and works on until nothing is left in the spool, for a minute at most.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pinoInProcess } from './lines.mjs'
const { logger, stream } = pinoInProcess()
logger.info({ number: 0 }, 'here I am')
const deadline = Date.now() + 60_000
const left = () => readdirSync(process.env.MILLRACE_SPOOL_DIRECTORY).length
while (left() > 0 && Date.now() < deadline) await sleep(100)
await stream.close()
