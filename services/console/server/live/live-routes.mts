// GET /api/live: events as they arrive, to one page.
import { logLevels } from '@millrace/ecs'
import type { Clock, Random } from '@millrace/foundation'
import type { FastifyInstance } from 'fastify'
import type { LiveQuery } from '../api.mts'
import { openEventStream } from '../http/event-stream.mts'
import type { LiveHub } from './live-hub.mts'
import { tickMs } from './live-hub.mts'
import { Viewer } from './viewer.mts'

/** What a page can take, and a person can follow. */
export const liveRowsPerSecondMax = 200
const quietMs = 5_000

const querystring = {
  type: 'object',
  properties: {
    service: { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 256 } },
    level: { type: 'string', enum: logLevels },
    text: { type: 'string', maxLength: 200 },
  },
} as const

export function addLiveRoutes(
  server: FastifyInstance,
  { hub, clock, random }: { hub: LiveHub; clock: Clock; random: Random },
): void {
  server.get<{ Querystring: LiveQuery }>(
    '/api/live',
    { schema: { querystring } },
    (request, reply) => {
      const { service = [], level, text } = request.query
      const filter = {
        ...(service.length > 0 && { services: service }),
        ...(level !== undefined && { level }),
        ...(text !== undefined && text !== '' && { grep: text }),
      }
      const stream = { current: undefined as ReturnType<typeof openEventStream> | undefined }
      const viewer = new Viewer(
        {
          get isFree() {
            return stream.current?.isFree ?? false
          },
          send: (name, data) => stream.current?.send(name, data),
        },
        { filter, rowsMax: (liveRowsPerSecondMax * tickMs) / 1_000, quietMs, random },
        clock.monotonicMs(),
      )
      // First the place among the viewers: a refusal is an ordinary answer.
      const leave = hub.join(viewer, () => {
        stream.current = openEventStream(request, reply)
      })
      stream.current!.onClosed(leave)
    },
  )
}
