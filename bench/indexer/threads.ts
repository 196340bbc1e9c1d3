// The indexer with several threads: a program more, for those who ask for it.
import type { Program } from './programs.ts'

export function withThreads(indexer: Program, threads: number): Program {
  return {
    ...indexer,
    name: `${indexer.name}-${threads}-threads`,
    title: `${indexer.title}, ${threads} threads`,
    invocation: (target) => {
      const { environment, ...rest } = indexer.invocation(target)
      return { ...rest, environment: { ...environment, MILLRACE_INDEXER_THREADS: `${threads}` } }
    },
  }
}
