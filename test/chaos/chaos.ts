// One chaos run, from the start of the servers to the verdict.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { errorText, seededRandom } from '@millrace/foundation'
import type { AuditJson } from '@millrace/cli'
import { compareWithTruth, runAudit } from './audit.ts'
import { runCommand } from './command.ts'
import { deleteDocuments } from './documents.ts'
import type { Scene } from './faults.ts'
import { IndexerActor } from './indexer-actor.ts'
import type { Incarnation } from './journal.ts'
import { observeCommits, runLoad } from './load.ts'
import type { ChaosOptions } from './options.ts'
import { judge, type Verdict } from './oracle.ts'
import { installRefusingTemplate, Poison } from './poison.ts'
import { Progress } from './progress.ts'
import type { ChaosReport } from './report.ts'
import { describeSchedule, planSchedule, type Schedule, seconds } from './schedule.ts'
import { ServiceActor } from './service-actor.ts'
import { indexerEnvironment, startWorld, topic, type World } from './world.ts'

export interface ChaosHooks {
  /** One line of what goes on. */
  say: (text: string) => void
  /** Where the run stands; called often. */
  onTick?: (text: string) => void
  signal: AbortSignal
}

/** Lines that each service logs after all faults: a fresh event must get through. */
const freshLines = 20
/** Documents that are deleted on purpose, so that the audit has a loss to find. */
const forcedLosses = 7
/** Longest time that records may lie unread without any of them being read. Unit: ms. */
const stuckMs = 240_000
const indexerCount = 2
/** Longest time after which the indexers have deleted what late requests have doubled. Unit: ms. */
const lateCopiesMs = 240_000

/** @throws when the servers cannot be had; a broken promise is in the report. */
export async function runChaos(options: ChaosOptions, hooks: ChaosHooks): Promise<ChaosReport> {
  const schedule = planSchedule(options)
  hooks.say(describeSchedule(schedule))
  const directory = mkdtempSync(join(tmpdir(), 'millrace-chaos-'))
  const progress = new Progress()
  let world: World | undefined
  let scene: Scene | undefined
  try {
    world = await startWorld({
      directory,
      hasFullDisk: schedule.faults.some(({ kind }) => kind === 'disk-full'),
      onProgress: hooks.say,
      onIndexed: (items) => progress.onIndexed(items),
      signal: hooks.signal,
    })
    scene = await setScene(world, schedule, hooks.signal)
    return await run({ options, hooks, schedule, progress, scene })
  } finally {
    await Promise.all([...(scene?.services ?? []), ...(scene?.indexers ?? [])].map(closeActor))
    await world?.close()
    if (options.keeps) hooks.say(`kept: ${directory}`)
    else rmSync(directory, { recursive: true, force: true })
  }
}

const closeActor = (actor: { close(): Promise<void> }): Promise<void> => actor.close()

interface Run {
  options: ChaosOptions
  hooks: ChaosHooks
  schedule: Schedule
  progress: Progress
  scene: Scene
}

async function run(parts: Run): Promise<ChaosReport> {
  const { options, hooks, schedule, progress, scene } = parts
  const { say, signal } = hooks
  const breaches: string[] = []
  const breach = (text: string): void => {
    breaches.push(text)
    say(`BREACH: ${text}`)
  }
  for (const indexer of scene.indexers) indexer.start()
  await untilMembers(scene)
  const startedAtMs = performance.now()
  const ticking = setInterval(() => hooks.onTick?.(standing(parts)), 500)
  try {
    await runLoad({ scene, schedule, progress, say, breach })
    const loadMs = performance.now() - startedAtMs
    say(`all lines are logged after ${seconds(loadMs)}; fresh ones follow`)
    await logFreshLines(scene, breach)
    await untilDrained(parts, breach)
    const totalMs = performance.now() - startedAtMs
    say(`everything is read after ${seconds(totalMs)}; looking for each line by its id`)
    const incarnations = scene.services.flatMap((service) => service.incarnations)
    const verdict = await judgeInTheEnd(scene, incarnations, say)
    breaches.push(...verdict.breaches)
    const audits = await audit(scene, verdict, options.seed)
    breaches.push(...audits.differences)
    signal.throwIfAborted()
    return {
      options,
      schedule,
      verdict,
      audit: audits.report,
      breaches,
      breachCount: breaches.length - verdict.breaches.length + verdict.breachCount,
      faultsCarriedOut: progress.faultsEnded,
      loadMs,
      totalMs,
      longestPauseMs: Object.fromEntries(progress.longestPauseMs),
      longestPartitionPauseMs: Object.fromEntries(progress.longestPartitionPauseMs),
    }
  } finally {
    clearInterval(ticking)
  }
}

/**
 * A bulk request that nobody waits for any more may be carried out after a rollover, and double what was replayed
 * meanwhile. Indexers look for that two request timeouts later and delete the newer copies; so long they may be there.
 */
async function judgeInTheEnd(
  { world, poison, signal }: Scene,
  incarnations: readonly Incarnation[],
  say: (text: string) => void,
): Promise<Verdict> {
  const endAtMs = performance.now() + lateCopiesMs
  for (;;) {
    const verdict = await judge(world, incarnations, poison)
    if (verdict.doubleCount === 0 || performance.now() > endAtMs) return verdict
    say(`${verdict.doubleCount} ids are there twice; the indexers have time to find them`)
    await after(15_000, undefined, { signal })
  }
}

function standing({ schedule, progress, scene }: Run): string {
  const logged = scene.services.reduce((sum, service) => sum + service.logged, 0)
  const faults = `${progress.faultsBegun} of ${schedule.faults.length} faults`
  const now = progress.activeKinds.join(', ')
  return `${logged} logged, ${progress.indexed} indexed, ${faults}${now === '' ? '' : `: ${now}`}`
}

async function setScene(world: World, schedule: Schedule, signal: AbortSignal): Promise<Scene> {
  await installRefusingTemplate(world.elasticsearch)
  const services = planServices(world, schedule)
  const indexers = Array.from(
    { length: indexerCount },
    (_, index) =>
      new IndexerActor(`indexer-${index + 1}`, indexerEnvironment(world), world.directory),
  )
  return {
    world,
    services,
    diskService: services.find(({ name }) => name === 'shipping'),
    indexers,
    poison: new Poison(world),
    signal,
  }
}

/** Four ways to use the transport; the last one's spool lies on the small disk, where there is one. */
function planServices(world: World, { events, rate }: Schedule): ServiceActor[] {
  const kinds = [
    { name: 'orders', kind: 'worker', durability: 'always' },
    { name: 'payments', kind: 'stream', durability: 'always' },
    { name: 'catalogue', kind: 'worker', durability: 'overflow' },
    { name: 'shipping', kind: 'stream', durability: 'always' },
  ] as const
  return kinds.map((kind, index) => {
    const isOnSmallDisk = kind.name === 'shipping' && world.fullDisk !== undefined
    const spoolDirectory = isOnSmallDisk
      ? join(world.fullDisk?.directory ?? '', 'spool')
      : world.spoolDirectory
    mkdirSync(spoolDirectory, { recursive: true, mode: 0o700 })
    const share = Math.floor(events / kinds.length)
    return new ServiceActor({
      ...kind,
      lines: index === 0 ? events - share * (kinds.length - 1) : share,
      rate: rate / kinds.length,
      brokers: world.brokers,
      topic,
      spoolDirectory,
      spoolMaxBytes: isOnSmallDisk ? 16 * 2 ** 20 : 2 ** 30,
      memoryMaxBytes: isOnSmallDisk ? 4 * 2 ** 20 : 64 * 2 ** 20,
      directory: world.directory,
    })
  })
}

async function untilMembers({ world, indexers, signal }: Scene): Promise<void> {
  const deadlineMs = performance.now() + 120_000
  for (;;) {
    const observed = await observeGroup(world)
    if (observed === indexers.length) return
    if (performance.now() > deadlineMs) {
      throw new Error(
        `the indexers did not join: ${indexers.map((each) => each.tail()).join(' | ')}`,
      )
    }
    await after(200, undefined, { signal })
  }
}

/** Members that own partitions. */
async function observeGroup({ administration }: World): Promise<number> {
  try {
    const { members } = await administration.groupMembers('chaos-indexer')
    return members.filter(({ partitions }) => partitions.length > 0).length
  } catch {
    return 0
  }
}

/** A fresh event must get through; then what the dead left in the spools is sent by the command for it. */
async function logFreshLines(
  { services, world }: Scene,
  breach: (text: string) => void,
): Promise<void> {
  for (const service of services) service.startExtra(freshLines)
  for (const service of services) {
    const end = await service.ended
    if (end !== 0) breach(`${service.name} ended with ${end} after the faults: ${service.tail()}`)
  }
  const spools = new Set(services.map(({ settings }) => settings.spoolDirectory))
  for (const spool of spools) {
    const { code, stderr } = await runCommand(world, ['spool', 'resend', spool, '--timeout', '120'])
    const left = segmentsIn(spool)
    if (code === 0 && left === 0) continue
    breach(`millrace spool resend ended with ${code}, and ${left} segments are left: ${stderr}`)
  }
}

function segmentsIn(directory: string): number {
  return readdirSync(directory).filter((name) => name.endsWith('.spool')).length
}

async function untilDrained(
  { scene, progress }: Run,
  breach: (text: string) => void,
): Promise<void> {
  let least = Number.POSITIVE_INFINITY
  let movedAtMs = performance.now()
  for (;;) {
    const lag = await observeCommits(scene, progress)
    if (lag === 0) return
    const now = performance.now()
    if (lag !== undefined && lag < least) {
      least = lag
      movedAtMs = now
    }
    if (now - movedAtMs > stuckMs) {
      const words = scene.indexers.map((each) => each.tail()).join('\n')
      breach(`${lag ?? 'unknown'} records stay unread for ${seconds(stuckMs)}: ${words}`)
      return
    }
    await after(250, undefined, { signal: scene.signal })
  }
}

/** Once as it is, and once more after some documents were deleted behind everybody's back. */
async function audit(
  { world }: Scene,
  verdict: Verdict,
  seed: number,
): Promise<{ report: AuditJson | undefined; differences: string[] }> {
  try {
    const report = await runAudit(world)
    const differences = compareWithTruth(report, verdict)
    const random = seededRandom(seed)
    const victims = verdict.sample
      .map((document) => ({ document, order: random.next() }))
      .sort((left, right) => left.order - right.order)
      .slice(0, forcedLosses)
      .map(({ document }) => document)
    await deleteDocuments(world.elasticsearch, victims)
    const deleted = new Set(victims.map(({ _id }) => _id))
    const second = compareWithTruth(await runAudit(world), verdict, deleted)
    differences.push(...second.map((text) => `after a forced loss: ${text}`))
    return { report, differences }
  } catch (error) {
    return { report: undefined, differences: [errorText(error)] }
  }
}
