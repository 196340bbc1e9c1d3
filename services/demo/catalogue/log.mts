// The first step of a line's journey, with bunyan.
import { createMillraceStream } from '@millrace/transport'
import bunyan from 'bunyan'

// snippet: the log of catalogue
export const stream = createMillraceStream({
  format: 'bunyan',
  service: { name: 'catalogue', version: '0.9.0' },
})
export const log = bunyan.createLogger({
  name: 'catalogue',
  streams: [{ stream }],
  serializers: bunyan.stdSerializers,
})
// end of snippet
