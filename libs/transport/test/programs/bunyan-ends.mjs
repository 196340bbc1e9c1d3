// bunyan over the stream: logs and lets the process end by itself.
import { bunyanInProcess, logLines } from './lines.mjs'
logLines(bunyanInProcess().logger)
