// One simulated run: a seed decides what happens when; in the end everything has to be there, once.
import { seededRandom } from '@millrace/foundation'
import { SimulatedWorld, stream, type Worker } from './simulated-world.ts'

export interface SimulationOutcome {
  seed: number
  /** Empty when all went as promised. */
  problems: readonly string[]
  /** What happened, with the second in which it did. */
  story: readonly string[]
  records: number
}

const faultsUntilMs = 120_000
const recoveryLimitMs = 600_000

/** A bug, put in on purpose: the simulation has to find it. */
export type Sabotage = 'commits too far' | 'answers for documents it does not keep'

/** Everything in one run comes from its seed: `simulate(seed)` twice is the same run twice. */
export async function simulate(seed: number, sabotage?: Sabotage): Promise<SimulationOutcome> {
  const random = seededRandom(seed)
  const between = (low: number, high: number): number => low + random.next() * (high - low)
  const world = new SimulatedWorld(random, 1 + Math.floor(random.next() * 4))
  const { time, elasticsearch } = world
  world.commitsAheadBy = sabotage === 'commits too far' ? 1 : 0
  elasticsearch.forgets = sabotage === 'answers for documents it does not keep'
  const story: string[] = []
  const startMs = time.nowMs
  const tell = (what: string): void => {
    story.push(`${Math.round((time.nowMs - startMs) / 100) / 10} s: ${what}`)
  }
  const later = (delayMs: number, run: () => void): void => {
    time.schedule(delayMs, run)
  }
  const anyWorker = (): Worker | undefined =>
    [...world.workers][Math.floor(random.next() * world.workers.size)]

  const faults: Record<string, () => void> = {
    'a worker is killed': () => {
      const worker = anyWorker()
      if (worker === undefined) return
      world.killWorker(worker)
      later(between(100, 20_000), () => world.startWorker())
    },
    'a worker is stopped for a while': () => {
      const worker = anyWorker()
      worker?.process.stop()
      later(between(100, 60_000), () => worker?.process.continue())
    },
    'a worker leaves': () => {
      const worker = anyWorker()
      if (worker !== undefined) world.closeWorker(worker)
      later(between(0, 10_000), () => world.startWorker())
    },
    'a worker joins': () => {
      if (world.workers.size < 5) world.startWorker()
    },
    rollover: () => elasticsearch.rollover(stream),
    'Elasticsearch is away': () => {
      elasticsearch.isDown = true
      later(between(100, 40_000), () => {
        elasticsearch.isDown = false
      })
    },
    'Elasticsearch answers badly': () => {
      elasticsearch.faultRatio = between(0.1, 0.9)
      later(between(1_000, 30_000), () => {
        elasticsearch.faultRatio = 0
      })
    },
    'Kafka answers badly': () => {
      world.kafkaTroubleRatio = between(0.1, 0.9)
      later(between(1_000, 30_000), () => {
        world.kafkaTroubleRatio = 0
      })
    },
    'all workers are killed and the group is put back': () => {
      for (const worker of world.workers) world.killWorker(worker)
      later(15_000, () => {
        world.resetGroup()
        world.startWorker()
      })
    },
  }

  for (let worker = between(1, 4); worker >= 1; worker--) world.startWorker()
  const records = Math.floor(between(10, 150))
  for (let record = 0; record < records; record++) {
    later(between(0, faultsUntilMs * 0.8), () => world.publish())
  }
  const names = Object.keys(faults)
  for (let count = between(0, 14); count >= 1; count--) {
    const name = names[Math.floor(random.next() * names.length)]!
    later(between(0, faultsUntilMs), () => {
      tell(name)
      faults[name]!()
    })
  }
  // Resent records come up to a minute later, stopped workers go on up to a minute later.
  await time.run(() => time.nowMs >= startMs + faultsUntilMs + 65_000, faultsUntilMs * 2)
  tell('no faults from here on')
  if (world.workers.size === 0) world.startWorker()
  const isDone = await time.run(() => world.isAllCommitted, recoveryLimitMs)
  if (!isDone) world.problems.push('not everything was committed 10 minutes after the last fault')
  world.judge()
  return { seed, problems: world.problems, story, records }
}
