// winston over the stream: logs and lets the process end by itself.
import { logLines, winstonInProcess } from './lines.mjs'
logLines(winstonInProcess().logger)
