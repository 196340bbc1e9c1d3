// A store whose only node gives one answer, and the error that comes of it.
import { BulkRequestError } from '@millrace/foundation'
import { expect, onTestFinished } from 'vitest'
import {
  createElasticStore,
  type ElasticSettingsInput,
  type ElasticStore,
} from '../../src/index.ts'
import { type Answer, FaultyServer } from './faulty-server.ts'

/** Both are closed when the test ends. */
export async function storeWith(
  answer: Answer,
  settings: ElasticSettingsInput = {},
): Promise<{ server: FaultyServer; store: ElasticStore }> {
  const server = await new FaultyServer().listen()
  server.answer = answer
  const store = createElasticStore({ nodes: [server.url], ...settings })
  onTestFinished(async () => {
    await store.close()
    await server[Symbol.asyncDispose]()
  })
  return { server, store }
}

/** What the request is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<BulkRequestError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(BulkRequestError)
  return error as BulkRequestError
}
