// The first step of a line's journey, with pino.
import { pino } from 'pino'

// snippet: the log of orders
export const log = pino({
  transport: {
    target: '@millrace/transport',
    options: { service: { name: 'orders', version: '1.4.2' } },
  },
})
// end of snippet
