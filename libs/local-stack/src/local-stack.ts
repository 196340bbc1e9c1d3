// The servers together: real Kafka and Elasticsearch on this machine, without Docker.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Random, systemClock, systemRandom } from '@millrace/foundation'
import { LocalStackError } from './errors.ts'
import { processEnvironment } from './environment.ts'
import { findJdk } from './jdk.ts'
import type { LocalStack, LocalStackOptions, StackEndpoints } from './options.ts'
import { pidFilePath, waitForPredecessor } from './pid-file.ts'
import { elasticsearchPlan, kafkaPlan, type PlanContext } from './plans.ts'
import { freePort, requireFree } from './ports.ts'
import { prepareServers } from './prepare.ts'
import { type ServerPlan, ServerProcess } from './server-process.ts'

/**
 * Starts the servers and resolves when each answers a real request. Throws `LocalStackError`; then
 * nothing is left running. While it runs it keeps this process alive; however this process ends, the
 * servers end too.
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { clock = systemClock, environment = processEnvironment(), signal, onProgress } = options
  const jdk = findJdk(environment)
  const servers = await prepareServers({
    jdk,
    environment,
    clock,
    kql: options.elasticsearch !== false && options.elasticsearch?.kql === true,
    ...(options.serversDirectory === undefined ? {} : { directory: options.serversDirectory }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  })
  const isTemporary = options.directory === undefined
  const directory = resolve(options.directory ?? mkdtempSync(join(tmpdir(), 'millrace-stack-')))
  const cleanUp = (): void => {
    if (isTemporary) rmSync(directory, { recursive: true, force: true })
  }
  try {
    if (options.fresh === true) await beginAnew(options, directory)
    mkdirSync(directory, { recursive: true })
    const context = { jdk, environment, servers, directory }
    let isForming = true
    const { endpoints, plans } = await planServers(options, context, () => isForming)
    const { readyTimeoutMs = 120_000, stopTimeoutMs = 15_000 } = options
    const bounds = { clock, readyTimeoutMs, stopTimeoutMs }
    const nodes = plans.map((plan) => new ServerProcess(plan, bounds))
    await startAll(nodes, onProgress, signal)
    isForming = false
    return new RunningStack(endpoints, nodes, cleanUp)
  } catch (error) {
    cleanUp()
    throw error
  }
}

/** Deletes the data of earlier runs, but not before it is sure that the start will not fail for a server or a port. */
async function beginAnew(options: LocalStackOptions, directory: string): Promise<void> {
  const { clock = systemClock, kafka = {}, elasticsearch = {} } = options
  for (const name of ['kafka-1', 'kafka-2', 'kafka-3', 'elasticsearch']) {
    await waitForPredecessor(pidFilePath(directory, name), name, clock)
  }
  const brokerPorts = kafka === false ? [] : (kafka.ports ?? [])
  for (const [index, port] of brokerPorts.entries()) {
    if (port !== 0) await requireFree(port, `kafka-${index + 1}`)
  }
  const { port = 0 } = elasticsearch === false ? {} : elasticsearch
  if (port !== 0) await requireFree(port, 'elasticsearch')
  rmSync(directory, { recursive: true, force: true })
}

async function startAll(
  nodes: readonly ServerProcess[],
  onProgress: ((text: string) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  // The first failure ends the others' starts: nobody waits two minutes for a stack that cannot be.
  const failure = new AbortController()
  const either = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  onProgress?.(`starting ${nodes.map(({ plan }) => plan.name).join(', ')}`)
  let firstError: unknown
  const starts = nodes.map(async (node) => {
    try {
      await node.start(either)
      onProgress?.(`${node.plan.name} is ready`)
    } catch (error) {
      firstError ??= error
      failure.abort()
    }
  })
  await Promise.all(starts)
  if (firstError === undefined) return
  await Promise.all(nodes.map((node) => node.kill()))
  throw firstError
}

/** Chooses the ports and writes down what the directory's data depend on. */
async function planServers(
  options: LocalStackOptions,
  context: PlanContext,
  isForming: () => boolean,
): Promise<{ endpoints: StackEndpoints; plans: ServerPlan[] }> {
  const { clock = systemClock, random = systemRandom, kafka = {}, elasticsearch = {} } = options
  const taken = new Set<number>()
  const predecessorGone = (name: string): Promise<void> =>
    waitForPredecessor(pidFilePath(context.directory, name), name, clock)
  const portFor = async (asked: number | undefined, name: string): Promise<number> => {
    if (asked === undefined || asked === 0) return freePort(taken, random)
    await requireFree(asked, name)
    taken.add(asked)
    return asked
  }
  const endpoints: StackEndpoints = { kafka: [], elasticsearch: '' }
  const plans: ServerPlan[] = []
  if (kafka !== false) {
    const { brokers = 1 } = kafka
    const clusterId = clusterIdOf(context.directory, brokers, random)
    const ports: number[] = []
    const controllerPorts: number[] = []
    for (let nodeId = 1; nodeId <= brokers; nodeId += 1) {
      await predecessorGone(`kafka-${nodeId}`)
      ports.push(await portFor(kafka.ports?.[nodeId - 1], `kafka-${nodeId}`))
      controllerPorts.push(await freePort(taken, random))
    }
    endpoints.kafka = ports.map((port) => `127.0.0.1:${port}`)
    const plan = { ...kafka, ports, controllerPorts, clusterId, isForming }
    plans.push(...ports.map((_, index) => kafkaPlan(index + 1, plan, context)))
  }
  if (elasticsearch !== false) {
    await predecessorGone('elasticsearch')
    const port = await portFor(elasticsearch.port, 'elasticsearch')
    const transportPort = await freePort(taken, random)
    endpoints.elasticsearch = `http://127.0.0.1:${port}`
    plans.push(elasticsearchPlan({ ...elasticsearch, port, transportPort }, context))
  }
  return { endpoints, plans }
}

/** The data of a cluster belong to its id and its quorum: both are kept beside them. */
function clusterIdOf(directory: string, brokers: number, random: Random): string {
  const file = join(directory, 'kafka-cluster.json')
  let known: { clusterId: string; brokers: number } | undefined
  try {
    known = JSON.parse(readFileSync(file, 'utf8')) as { clusterId: string; brokers: number }
  } catch {
    // The first start in this directory.
  }
  if (known === undefined) {
    const clusterId = newClusterId(random)
    writeFileSync(file, `${JSON.stringify({ clusterId, brokers })}\n`)
    return clusterId
  }
  if (known.brokers !== brokers) {
    throw new LocalStackError(
      'MILLRACE_STACK_DIRECTORY',
      `${directory} holds the data of ${known.brokers} broker(s), and ${brokers} were asked for. ` +
        'Ask for as many as before, or begin anew in another directory.',
    )
  }
  return known.clusterId
}

class RunningStack implements LocalStack {
  readonly endpoints: StackEndpoints
  readonly #nodes: ReadonlyMap<string, ServerProcess>
  readonly #cleanUp: () => void

  constructor(endpoints: StackEndpoints, nodes: readonly ServerProcess[], cleanUp: () => void) {
    this.endpoints = endpoints
    this.#nodes = new Map(nodes.map((node) => [node.plan.name, node]))
    this.#cleanUp = cleanUp
  }

  get nodes(): readonly string[] {
    return [...this.#nodes.keys()]
  }

  async start(name: string): Promise<void> {
    await this.#node(name).start()
  }

  async stop(name?: string): Promise<void> {
    if (name !== undefined) return this.#node(name).stop()
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()))
    this.#cleanUp()
  }

  async restart(name: string): Promise<void> {
    const node = this.#node(name)
    await node.stop()
    await node.start()
  }

  async kill(name: string): Promise<void> {
    await this.#node(name).kill()
  }

  pause(name: string): void {
    this.#node(name).pause()
  }

  resume(name: string): void {
    this.#node(name).resume()
  }

  pid(name: string): number | undefined {
    return this.#node(name).pid
  }

  log(name: string): string {
    return this.#node(name).plan.logFile
  }

  #node(name: string): ServerProcess {
    const node = this.#nodes.get(name)
    if (node !== undefined) return node
    throw new LocalStackError(
      'MILLRACE_STACK_NO_SERVER',
      `There is no server ${JSON.stringify(name)}; there are ${this.nodes.join(', ')}.`,
    )
  }
}

/** 16 random bytes as Kafka writes ids; StorageTool takes one that begins with `-` for a flag. */
export function newClusterId(random: Pick<Random, 'bytes'>): string {
  const clusterId = Buffer.from(random.bytes(16)).toString('base64url')
  return clusterId.startsWith('-') ? `A${clusterId.slice(1)}` : clusterId
}
