// The null sink, seen from the benchmark: started, ordered, waited for.
import { type ChildProcess, fork } from 'node:child_process'
import type { SinkNews, SinkOrder, SinkWord } from './sink-protocol.ts'

export type SinkResult = Extract<SinkNews, { kind: 'done' }>

export interface Sink {
  readonly url: string
  readonly pid: number
  /** Resolves once the order is in force; the result comes when all documents have. */
  begin(order: SinkOrder): Promise<{ result: Promise<SinkResult> }>
  /** Says how many documents end the run, where that was not known at its beginning. */
  expect(documents: number): void
  /** Documents of the run that is under way, as of the last second. */
  documents(): number
  close(): void
}

/** Starts the sink on any free port. */
export async function startSink(): Promise<Sink> {
  const program = new URL('../programs/null-sink.ts', import.meta.url).pathname
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { port } = await news(child, 'listening')
  let documents = 0
  child.on('message', (said: SinkNews) => {
    if (said.kind === 'progress') documents = said.documents
  })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    async begin(order) {
      const ready = news(child, 'ready')
      const result = news(child, 'done')
      // Nobody may be waiting for it any more when the sink ends.
      result.catch(() => {})
      child.send({ kind: 'begin', ...order } satisfies SinkWord)
      await ready
      documents = 0
      return { result }
    },
    expect: (wanted) => void child.send({ kind: 'expect', documents: wanted } satisfies SinkWord),
    documents: () => documents,
    close: () => void child.kill(),
  }
}

function news<Kind extends SinkNews['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<SinkNews, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the sink ended with ${code}`))
    const take = (said: unknown): void => {
      if ((said as SinkNews).kind !== kind) return
      child.off('message', take)
      child.off('exit', ended)
      resolve(said as Extract<SinkNews, { kind: Kind }>)
    }
    child.on('message', take)
    child.on('exit', ended)
  })
}
