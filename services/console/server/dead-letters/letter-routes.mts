// The calls of the Dead letters view.
import type { FormatList, RecordNormalizer } from '@millrace/formats'
import type { Clock, Timer } from '@millrace/foundation'
import type { FastifyInstance } from 'fastify'
import type { Replay, ReplayEvents, ReplayRequest, ReplaysAnswer } from '../api.mts'
import { openEventStream } from '../http/event-stream.mts'
import { Problem } from '../http/problem.mts'
import { groupsAnswer, letterAnswer, lettersAnswer } from './letters.mts'
import type { LetterDesk } from './letter-desk.mts'
import { lettersMax } from './letter-desk.mts'
import { isEnded, type ReplayDesk } from './replay-desk.mts'

export interface LetterParts {
  letters: LetterDesk
  replays: ReplayDesk
  normalizer: () => Promise<RecordNormalizer>
  formats: FormatList
  clock: Clock
}

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const
const idParameters = { type: 'object', properties: { id: text(512) } } as const
const progressIntervalMs = 100

export function addLetterRoutes(server: FastifyInstance, parts: LetterParts): void {
  const { letters, normalizer } = parts
  const freshSchema = { type: 'object', properties: { fresh: { type: 'boolean' } } } as const
  server.get<{ Querystring: { fresh?: boolean } }>(
    '/api/dead-letters',
    { schema: { querystring: freshSchema } },
    async ({ query }) => {
      const stand = await letters.read({ isFresh: query.fresh === true })
      return groupsAnswer(stand, letters.deadLetterTopic)
    },
  )
  const pageSchema = {
    type: 'object',
    properties: {
      group: text(2_000),
      after: { type: 'integer', minimum: 0, maximum: lettersMax, default: 0 },
      size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
  } as const
  server.get<{ Querystring: { group?: string; after: number; size: number } }>(
    '/api/dead-letters/letters',
    { schema: { querystring: pageSchema } },
    async ({ query: { group, after, size } }) =>
      await lettersAnswer(letters, await letters.read(), { group, after, size }),
  )
  server.get<{ Params: { id: string } }>(
    '/api/dead-letters/letters/:id',
    { schema: { params: idParameters } },
    async ({ params: { id } }) =>
      await letterAnswer(letters, await letters.read(), { id, normalizer: await normalizer() }),
  )
  addReplayRoutes(server, parts)
}

function addReplayRoutes(server: FastifyInstance, parts: LetterParts): void {
  const { replays, formats } = parts
  const body = {
    type: 'object',
    required: ['lettersMax'],
    additionalProperties: false,
    properties: {
      id: text(512),
      group: text(2_000),
      all: { type: 'boolean', const: true },
      format: text(64),
      lettersMax: { type: 'integer', minimum: 1, maximum: lettersMax },
    },
  } as const
  server.post<{ Body: ReplayRequest }>(
    '/api/dead-letters/replays',
    { schema: { body } },
    async (request, reply) => {
      const { id, group, all, format } = request.body
      const named = [id, group, all].filter((each) => each !== undefined)
      if (named.length !== 1) throw new Problem('input', 'Name one of "id", "group" and "all"')
      if (format !== undefined && formats.find(format) === undefined) {
        const known = formats.all.map(({ name }) => name).join(', ')
        throw new Problem('input', `There is no such format; known are ${known}`, 'format')
      }
      return await reply.code(202).send(replays.start(request.body))
    },
  )
  server.get('/api/dead-letters/replays', (): ReplaysAnswer => ({ replays: replays.all() }))
  const schema = { params: idParameters }
  server.get<{ Params: { id: string } }>(
    '/api/dead-letters/replays/:id',
    { schema },
    ({ params }) => replays.one(params.id),
  )
  server.delete<{ Params: { id: string } }>(
    '/api/dead-letters/replays/:id',
    { schema },
    async ({ params }, reply) => await reply.code(202).send(replays.stop(params.id)),
  )
  server.get<{ Params: { id: string } }>(
    '/api/dead-letters/replays/:id/progress',
    { schema },
    ({ params: { id } }, reply) => {
      replays.one(id)
      const stream = openEventStream(reply.request, reply)
      const teller = new ProgressTeller(parts.clock, (replay: ReplayEvents['replay']) =>
        stream.send('replay', replay),
      )
      const unwatch = replays.watch(id, (replay) => {
        teller.tell(replay)
        if (isEnded(replay)) stream.end()
      })
      stream.onClosed(() => {
        unwatch()
        teller.close()
      })
    },
  )
}

/** The first at once, then the newest at most every 100 ms, the end at once. */
class ProgressTeller {
  readonly #clock: Clock
  readonly #send: (replay: Replay) => void
  #waiting: Replay | undefined
  #timer: Timer | undefined

  constructor(clock: Clock, send: (replay: Replay) => void) {
    this.#clock = clock
    this.#send = send
  }

  tell(replay: Replay): void {
    if (this.#timer !== undefined && !isEnded(replay)) {
      this.#waiting = replay
      return
    }
    this.#waiting = undefined
    this.#send(replay)
    this.#timer ??= this.#clock.setTimer(progressIntervalMs, () => {
      this.#timer = undefined
      if (this.#waiting !== undefined) this.tell(this.#waiting)
    })
  }

  close(): void {
    this.#timer?.cancel()
  }
}
