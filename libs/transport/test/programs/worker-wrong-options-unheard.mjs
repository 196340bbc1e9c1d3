// Wrong options, and a service that does not listen for errors of its transport.
import { logLines, workerLogger } from './lines.mjs'
logLines(workerLogger({ lingerMS: 5 }))
setInterval(() => {}, 1_000)
