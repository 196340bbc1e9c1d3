// A store that answers what the test says, and remembers what it was asked.
import type { StoreRequest, StoreResponse } from '@millrace/elastic'

export interface FakeStore {
  asked: StoreRequest[]
  request<Body>(request: StoreRequest): Promise<StoreResponse<Body>>
}

export type Answer = (request: StoreRequest) => { status?: number; body: unknown } | Error

export const whole = { timed_out: false, _shards: { failed: 0 } }

export function fakeStore(answer: Answer): FakeStore {
  const asked: StoreRequest[] = []
  const request = (asking: StoreRequest): Promise<StoreResponse> => {
    asked.push(asking)
    const said = answer(asking)
    if (said instanceof Error) return Promise.reject(said)
    return Promise.resolve({ status: said.status ?? 200, body: said.body })
  }
  return { asked, request: request as FakeStore['request'] }
}

/** What a healthy server says to everything but a search. */
export function healthy({ method, path }: StoreRequest): { body: unknown } | undefined {
  if (method === 'DELETE') return { body: {} }
  if (path.endsWith('/_pit')) return { body: { id: 'moment', _shards: { failed: 0 } } }
  if (path.endsWith('/_refresh')) return { body: { _shards: { failed: 0 } } }
  return path.includes('/_settings') ? { body: {} } : undefined
}
