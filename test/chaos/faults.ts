// How each kind of fault is done, and undone.
import { setTimeout as after } from 'node:timers/promises'
import { errorText } from '@millrace/foundation'
import { bulkFaults } from './bulk-proxy.ts'
import { type FaultKind, faultKinds, type FaultTarget } from './fault-kinds.ts'
import { IndexerActor } from './indexer-actor.ts'
import type { Poison } from './poison.ts'
import type { PlannedFault } from './schedule.ts'
import type { ServiceActor } from './service-actor.ts'
import type { TcpProxy } from './tcp-proxy.ts'
import { dataStream, group, indexerEnvironment, topic, type World } from './world.ts'

export interface Scene {
  world: World
  services: readonly ServiceActor[]
  /** The one whose spool lies on the disk that can be full. */
  diskService: ServiceActor | undefined
  indexers: readonly IndexerActor[]
  poison: Poison
  /** Ends every wait at once: nothing is healed then, all of it is about to be torn down. */
  signal: AbortSignal
}

/** What came of a fault, for the report; undefined when it was carried out as planned. */
type Outcome = string | undefined

/** Carries the fault out and heals it; resolves when all is as before. */
export function carryOutFault(fault: PlannedFault, scene: Scene): Promise<Outcome> {
  return acts[fault.kind](fault, scene)
}

/** Names of what the fault holds: it begins when nobody else holds any of them. */
export function heldBy({ kind, which }: PlannedFault, scene: Scene): string[] {
  const { services, indexers } = scene
  const byTarget: Record<FaultTarget, () => string[]> = {
    service: () => [services[which % services.length]!.name],
    indexer: () => [indexers[which % indexers.length]!.name],
    indexers: () => indexers.map(({ name }) => name),
    // One at a time: with two of three away nothing can be acknowledged, and nothing would be tested.
    broker: () => ['broker'],
    elasticsearch: () => ['elasticsearch'],
    'kafka-network': () => ['kafka-network'],
    'elasticsearch-network': () => ['elasticsearch-network'],
    'bulk-answers': () => ['bulk-answers'],
    disk: () => [scene.diskService?.name ?? 'disk', 'kafka-network'],
    topic: () => ['topic'],
  }
  return byTarget[faultKinds[kind].target]()
}

const pause = (ms: number, { signal }: Scene): Promise<void> => after(ms, undefined, { signal })

type Act = (fault: PlannedFault, scene: Scene) => Promise<Outcome>

const serviceOf = ({ which }: PlannedFault, { services }: Scene): ServiceActor =>
  services[which % services.length]!
const indexerOf = ({ which }: PlannedFault, { indexers }: Scene): IndexerActor =>
  indexers[which % indexers.length]!
const brokerOf = ({ which }: PlannedFault): string => `kafka-${(which % 3) + 1}`

const alreadyDone = 'the service had logged all its lines'

const killServer =
  (nameOf: (fault: PlannedFault) => string): Act =>
  async (fault, scene) => {
    const { world } = scene
    await world.stack.kill(nameOf(fault))
    await pause(fault.durationMs, scene)
    await world.stack.start(nameOf(fault))
    return undefined
  }

const stopServer =
  (nameOf: (fault: PlannedFault) => string): Act =>
  async (fault, scene) => {
    const { world } = scene
    world.stack.pause(nameOf(fault))
    await pause(fault.durationMs, scene)
    world.stack.resume(nameOf(fault))
    return undefined
  }

const endServer =
  (nameOf: (fault: PlannedFault) => string): Act =>
  async (fault, scene) => {
    const { world } = scene
    await world.stack.stop(nameOf(fault))
    await pause(fault.durationMs, scene)
    await world.stack.start(nameOf(fault))
    return undefined
  }

/** All brokers in two of five cases, else one. */
function brokerProxiesOf({ variant, which }: PlannedFault, { world }: Scene): readonly TcpProxy[] {
  return variant < 0.4 ? world.brokerProxies : [world.brokerProxies[which % 3]!]
}

const elasticsearchProxyOf = (_: PlannedFault, { world }: Scene): readonly TcpProxy[] => [
  world.elasticsearchProxy,
]

type ProxiesOf = (fault: PlannedFault, scene: Scene) => readonly TcpProxy[]

const setProxies =
  (mode: 'stall' | 'refuse', proxiesOf: ProxiesOf): Act =>
  async (fault, scene) => {
    const proxies = proxiesOf(fault, scene)
    for (const proxy of proxies) await proxy.set(mode)
    await pause(fault.durationMs, scene)
    for (const proxy of proxies) await proxy.set('carry')
    return undefined
  }

const resetMs = 250

const resetProxies =
  (proxiesOf: ProxiesOf): Act =>
  async (fault, scene) => {
    const proxies = proxiesOf(fault, scene)
    for (let left = fault.durationMs; left > 0; left -= resetMs) {
      for (const proxy of proxies) proxy.reset()
      await pause(Math.min(left, resetMs), scene)
    }
    return undefined
  }

const answerWrongly: Act = async (fault, scene) => {
  const { world } = scene
  world.bulkProxy.set(bulkFaults[fault.kind])
  await pause(fault.durationMs, scene)
  world.bulkProxy.set(undefined)
  return undefined
}

/** A second each: what is asked may just be starting again, which takes minutes on a busy machine. */
const patienceTries = 400

/** @throws when the data stream does not roll over within the bound. */
async function rollOver(scene: Scene): Promise<void> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`${scene.world.elasticsearch}/${dataStream}/_rollover`, {
      method: 'POST',
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => errorText(error))
    if (typeof answer !== 'string' && answer.ok) return
    const words = typeof answer === 'string' ? answer : `status ${answer.status}`
    if (tries >= patienceTries) throw new Error(`the rollover failed: ${words}`)
    await pause(1_000, scene)
  }
}

/** From an earlier offset of each partition, at most a third of what it has read. */
async function setGroupBack({ variant }: PlannedFault, world: World): Promise<boolean> {
  const { administration } = world
  const committed = await administration.groupOffsets(group, topic)
  const offsets = committed
    .filter(({ offset }) => offset > 0)
    .map(({ partition, offset }) => ({
      partition,
      offset: Math.floor(offset * (1 - variant / 3)),
    }))
  return offsets.length === 0 || administration.setGroupOffsets(group, topic, offsets)
}

/** Kafka may be away, or believe in members that are gone, for as long as their session lasts. */
async function untilSetBack(fault: PlannedFault, scene: Scene): Promise<void> {
  for (let tries = 1; ; tries++) {
    const isSet = await setGroupBack(fault, scene.world).catch(() => false)
    if (isSet) return
    if (tries >= patienceTries) throw new Error('the group could not be set back')
    await pause(1_000, scene)
  }
}

const acts: Record<FaultKind, Act> = {
  'service-kill': async (fault, scene) => {
    const service = serviceOf(fault, scene)
    if (!(await service.kill())) return alreadyDone
    await pause(fault.durationMs, scene)
    service.start()
    return undefined
  },
  'service-stop': async (fault, scene) => {
    const service = serviceOf(fault, scene)
    if (!service.signal('SIGSTOP')) return alreadyDone
    await pause(fault.durationMs, scene)
    service.signal('SIGCONT')
    return undefined
  },
  'service-term': async (fault, scene) => {
    const service = serviceOf(fault, scene)
    if (!service.signal('SIGTERM')) return alreadyDone
    const end = await service.ended
    await pause(fault.durationMs, scene)
    service.start()
    return end === 0 ? undefined : `the service ended with ${end}`
  },
  'indexer-kill': async (fault, scene) => {
    const indexer = indexerOf(fault, scene)
    await indexer.kill()
    await pause(fault.durationMs, scene)
    indexer.start()
    return undefined
  },
  'indexer-stop': async (fault, scene) => {
    const indexer = indexerOf(fault, scene)
    indexer.signal('SIGSTOP')
    await pause(fault.durationMs, scene)
    indexer.signal('SIGCONT')
    return undefined
  },
  'indexer-term': async (fault, scene) => {
    const indexer = indexerOf(fault, scene)
    await indexer.stop()
    await pause(fault.durationMs, scene)
    indexer.start()
    return undefined
  },
  'indexer-join': async (fault, scene) => {
    const { world } = scene
    const extra = new IndexerActor('indexer-extra', indexerEnvironment(world), world.directory)
    extra.start()
    try {
      await pause(fault.durationMs, scene)
    } finally {
      await extra.stop()
    }
    return undefined
  },
  replay: async (fault, scene) => {
    const { indexers } = scene
    await Promise.all(indexers.map((indexer) => indexer.stop()))
    try {
      await untilSetBack(fault, scene)
    } finally {
      for (const indexer of indexers) indexer.start()
    }
    await pause(fault.durationMs, scene)
    await rollOver(scene)
    return undefined
  },
  rollover: async (_, scene) => {
    await rollOver(scene)
    return undefined
  },
  'broker-kill': killServer(brokerOf),
  'broker-stop': stopServer(brokerOf),
  'broker-term': endServer(brokerOf),
  'elasticsearch-kill': killServer(() => 'elasticsearch'),
  'elasticsearch-stop': stopServer(() => 'elasticsearch'),
  'elasticsearch-term': endServer(() => 'elasticsearch'),
  'kafka-reset': resetProxies(brokerProxiesOf),
  'kafka-stall': setProxies('stall', brokerProxiesOf),
  'kafka-refuse': setProxies('refuse', brokerProxiesOf),
  'elasticsearch-reset': resetProxies(elasticsearchProxyOf),
  'elasticsearch-stall': setProxies('stall', elasticsearchProxyOf),
  'elasticsearch-refuse': setProxies('refuse', elasticsearchProxyOf),
  'bulk-429': answerWrongly,
  'bulk-503': answerWrongly,
  'bulk-items-429': answerWrongly,
  'bulk-truncated': answerWrongly,
  'bulk-wrong': answerWrongly,
  'bulk-lost': answerWrongly,
  'disk-full': async ({ durationMs, variant }, scene) => {
    const { world, diskService } = scene
    if (world.fullDisk === undefined || diskService === undefined) throw new Error('no small disk')
    diskService.noteDiskFull()
    world.fullDisk.fill()
    // In half of the cases there is no Kafka either: memory alone is left.
    const proxies = variant < 0.5 ? world.brokerProxies : []
    for (const proxy of proxies) await proxy.set('refuse')
    await pause(durationMs, scene)
    for (const proxy of proxies) await proxy.set('carry')
    world.fullDisk.release()
    return undefined
  },
  poison: async (_, { poison }) => {
    await poison.plant()
    return undefined
  },
}
