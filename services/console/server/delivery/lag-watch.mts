// The lag, looked at every few seconds from the start on, so that a page that is opened sees where it comes from.
import { type Clock, errorText } from '@millrace/foundation'
import type { Administration } from '@millrace/kafka'
import type { LagPart, Part, PartitionLag, WorkersPart } from '../api.mts'

export interface LagWatchOptions {
  administration: Pick<
    Administration,
    'groupMembers' | 'groupOffsets' | 'topicOffsets' | 'describeTopic'
  >
  topic: string
  group: string
  clock: Clock
  intervalMs?: number
}

export interface Look {
  at: number
  partitions: PartitionLag[]
}

const intervalMsDefault = 5_000
const historyMs = 30 * 60_000
const trendMs = 60_000

export class LagWatch {
  readonly #options: LagWatchOptions
  readonly #abort = new AbortController()
  readonly #looks: Look[] = []
  #workers: WorkersPart = { state: 'Dead', members: [] }
  #tookMs = 0
  #trouble: string | undefined
  #leaders = new Map<number, number>()
  #leadersAtMs = -Infinity
  #running: Promise<void> | undefined

  constructor(options: LagWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  lag(): Part<LagPart> {
    const value = lagPart(this.#looks)
    return { ...this.#facts(), ...(value !== undefined && { value }) }
  }

  workers(): Part<WorkersPart> {
    return { ...this.#facts(), ...(this.#looks.length > 0 && { value: this.#workers }) }
  }

  #facts(): Omit<Part<never>, 'value'> {
    const at = this.#looks.at(-1)?.at
    const { intervalMs = intervalMsDefault } = this.#options
    return {
      ...(at !== undefined && { computedAt: at, nextAt: at + intervalMs, tookMs: this.#tookMs }),
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
      isComputing: at === undefined && this.#trouble === undefined,
    }
  }

  async #run(): Promise<void> {
    const { clock, intervalMs = intervalMsDefault } = this.#options
    const { signal } = this.#abort
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs()
      try {
        await this.#look()
        this.#trouble = undefined
      } catch (error) {
        this.#trouble = errorText(error)
      }
      this.#tookMs = Math.round(clock.monotonicMs() - startedMs)
      await clock.sleep(intervalMs, signal)
    }
  }

  async #look(): Promise<void> {
    const { administration, topic, group, clock } = this.#options
    const [workers, committed] = await Promise.all([
      administration.groupMembers(group),
      administration.groupOffsets(group, topic),
    ])
    // After the committed ones: an end is never before what was committed.
    const ends = await administration.topicOffsets(topic)
    await this.#lookUpLeaders()
    const owners = new Map<number, string>()
    for (const { memberId, partitions } of workers.members) {
      for (const partition of partitions) owners.set(partition, memberId)
    }
    const offsets = new Map(committed.map(({ partition, offset }) => [partition, offset]))
    const partitions = ends.map(({ partition, low, high }) => {
      const next = offsets.get(partition) ?? -1
      const owner = owners.get(partition)
      const leader = this.#leaders.get(partition)
      return {
        partition,
        start: low,
        end: high,
        ...(next >= 0 && { committed: next }),
        lag: Math.max(0, high - Math.max(next, low)),
        ...(owner !== undefined && { owner }),
        ...(leader !== undefined && { leader }),
      }
    })
    this.#workers = workers
    this.#looks.push({ at: clock.now(), partitions })
    while (this.#looks[0]!.at < clock.now() - historyMs) this.#looks.shift()
  }

  async #lookUpLeaders(): Promise<void> {
    const { administration, topic, clock } = this.#options
    if (clock.monotonicMs() - this.#leadersAtMs < trendMs) return
    const found = await administration.describeTopic(topic)
    this.#leaders = new Map(found?.partitions.map(({ partition, leader }) => [partition, leader]))
    this.#leadersAtMs = clock.monotonicMs()
  }
}

/** Undefined before the first look. */
export function lagPart(looks: readonly Look[]): LagPart | undefined {
  const newest = looks.at(-1)
  if (newest === undefined) return undefined
  const before = looks.findLast(({ at }) => newest.at - at >= trendMs) ?? looks[0]!
  const earlier = new Map(before.partitions.map((each) => [each.partition, each]))
  const isKnown = before !== newest
  const partitions = newest.partitions.map((each) => {
    const past = earlier.get(each.partition)
    return isKnown && past !== undefined ? { ...each, trend: each.lag - past.lag } : each
  })
  return {
    lag: sumOf(newest, ({ lag }) => lag),
    partitions,
    history: looks.map((look) => ({
      at: look.at,
      lag: sumOf(look, ({ lag }) => lag),
      end: sumOf(look, ({ end }) => end),
    })),
    ...(isKnown && pace(before, newest)),
  }
}

function pace(before: Look, newest: Look): Partial<LagPart> {
  const seconds = (newest.at - before.at) / 1_000
  const per = (of: (partition: PartitionLag) => number): number =>
    Math.max(0, (sumOf(newest, of) - sumOf(before, of)) / seconds)
  const arrivingPerSecond = rounded(per(({ end }) => end))
  const committedPerSecond = rounded(per(({ committed, start }) => committed ?? start))
  const lag = sumOf(newest, (partition) => partition.lag)
  const gain = committedPerSecond - arrivingPerSecond
  return {
    arrivingPerSecond,
    committedPerSecond,
    ...(lag > 0 && gain > 0 && { emptyInSeconds: Math.ceil(lag / gain) }),
  }
}

function sumOf({ partitions }: Look, of: (partition: PartitionLag) => number): number {
  return partitions.reduce((sum, partition) => sum + of(partition), 0)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
