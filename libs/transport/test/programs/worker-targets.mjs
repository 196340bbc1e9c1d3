// The transport beside another one, each with its level, as pino's `targets`.
import pino from 'pino'
import { logLines } from './lines.mjs'
const targets = [
  { target: '@millrace/transport', level: 'info', options: {} },
  { target: 'pino/file', level: 'fatal', options: { destination: 2 } },
]
logLines(pino({ transport: { targets } }))
