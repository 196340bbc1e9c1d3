// A CPU profile of the indexer, added up by stage of a record's journey.

/** What of V8's profile format is used here (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface CpuProfile {
  nodes: readonly {
    id: number
    callFrame: { functionName: string; url: string }
    children?: readonly number[]
  }[]
  /** Node ids, one per sample. */
  samples: readonly number[]
  /** Microseconds between samples. */
  timeDeltas: readonly number[]
}

/** Asked in turn; the first whose pattern is in a function's file has its time. */
const stages: readonly { name: string; files: RegExp }[] = [
  {
    name: 'fetch: Kafka client, requests, sockets',
    files: /kafkajs|libs\/kafka\/\w+\/(?!records)/,
  },
  { name: 'decode: checksums', files: /crc32/ },
  { name: 'decode: batches and records', files: /libs\/kafka\/\w+\/records/ },
  { name: 'normalize: by plan', files: /plans\/|bulk-request|^wasm:/ },
  { name: 'normalize: the rest', files: /libs\/(formats|ecs|envelope)\// },
  { name: 'bulk: answers read', files: /good-answer|bulk-response/ },
  { name: 'bulk: requests', files: /libs\/elastic\/|@elastic|undici/ },
  { name: 'take, batch, settle, commit', files: /services\/indexer\/src/ },
  { name: 'other libraries', files: /node_modules|libs\// },
]

export const garbageCollection = 'garbage collection, in the main thread'
export const nodeItself = 'Node itself: sockets, timers, modules'
const waiting = new Set(['(idle)', '(root)'])

/** Microseconds of each stage, largest first; what no function of ours has called is Node's own. */
export function timesByStage(profile: CpuProfile): Map<string, number> {
  const stageOf = stagesOf(profile)
  const times = new Map<string, number>()
  for (let sample = 0; sample < profile.samples.length; sample++) {
    const stage = stageOf.get(profile.samples[sample]!)
    if (stage === undefined) continue
    times.set(stage, (times.get(stage) ?? 0) + profile.timeDeltas[sample]!)
  }
  return new Map([...times].toSorted(([, one], [, other]) => other - one))
}

/** Functions without a file, or of Node, belong to whoever called them. */
function stagesOf({ nodes }: CpuProfile): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const stageOf = new Map<number, string>()
  const walk: { id: number; caller: string }[] = nodes
    .slice(0, 1)
    .map(({ id }) => ({ id, caller: nodeItself }))
  for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
    const { callFrame, children = [] } = byId.get(next.id)!
    const { functionName, url } = callFrame
    const own = stages.find(({ files }) => files.test(url))?.name ?? next.caller
    const stage = functionName === '(garbage collector)' ? garbageCollection : own
    if (!waiting.has(functionName)) stageOf.set(next.id, stage)
    for (const id of children) walk.push({ id, caller: own })
  }
  return stageOf
}
