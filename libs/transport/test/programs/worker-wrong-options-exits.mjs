// Wrong options, and an application that exits before it can hear of them.
import { logLines, workerLogger } from './lines.mjs'
logLines(workerLogger({ lingerMS: 5 }))
process.exit(7)
