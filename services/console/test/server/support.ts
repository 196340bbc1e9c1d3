// The console's calls, as a program makes them.
import { until } from '../../../../test/e2e/support/until.ts'
import type { SearchAnswer } from '../../server/api.mts'
import type { ConsoleScene } from '../support/console.ts'

const mark = { 'x-millrace-console': '1' }

/** @throws with the answer's text when it is none of 200 to 299 */
export async function call<Answer>(
  url: string,
  path: string,
  options: { query?: Record<string, string>; body?: object } = {},
): Promise<Answer> {
  const target = new URL(path, url)
  for (const [name, value] of Object.entries(options.query ?? {})) {
    target.searchParams.set(name, value)
  }
  const { body } = options
  const answer = await fetch(target, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { ...mark, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as Answer
}

export interface ServerEvent {
  name: string
  data: unknown
}

/** Reads server-sent events until `isEnough`, or to the end of the stream. */
export async function* serverEvents(
  target: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const answer = await fetch(target, { signal })
  if (!answer.ok || answer.body === null) throw new Error(`${target} answered ${answer.status}`)
  let text = ''
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (name !== undefined && data !== undefined) yield { name, data: JSON.parse(data) }
    }
  }
}

/** Only this test's events: the servers are shared. */
export const own = ({ scene }: ConsoleScene, filter = ''): { filter: string } => {
  const dataset = `data_stream.dataset: "${scene.dataset}"`
  return { filter: filter === '' ? dataset : `${dataset} and (${filter})` }
}

/** Waits until a search finds so many of this test's events. A stream that comes into being is no answer yet. */
export async function untilFound(console: ConsoleScene, count: number): Promise<void> {
  let last: unknown
  const isFound = async (): Promise<boolean> => {
    try {
      last = (await call<SearchAnswer>(console.url, '/api/search', { query: own(console) })).total
    } catch (error) {
      last = error
      return false
    }
    return (last as SearchAnswer['total']).count === count
  }
  await until(`${count} events are found`, isFound, { describe: () => String(last) })
}
