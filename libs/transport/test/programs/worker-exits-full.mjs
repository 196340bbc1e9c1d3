// Exits at once with more lines than the ring between the threads holds (4 MiB).
import { workerLogger } from './lines.mjs'
const logger = workerLogger()
const text = 'x'.repeat(10_000)
for (let number = 1; number <= 1_000; number++) logger.info({ number, text }, 'order placed')
process.exit(7)
