// Kafka can't be reached; the application works on and ends by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { logLines, workerLogger } from './lines.mjs'
const logger = workerLogger({ closeTimeoutMs: 1_000 })
for (let round = 0; round < 10; round++) {
  logLines(logger, 100)
  await sleep(20)
}
console.log('the application is done')
process.exitCode = 5
