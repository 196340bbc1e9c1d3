// Records, fetched and handed over: one loop per broker that leads owned partitions.
import { backoffDelayMs, type Clock, errorText, type Random } from '@millrace/foundation'
import type { ClusterLink } from '../cluster.ts'
import { kafkaFailure } from '../failure.ts'
import type { KafkaRecord } from '../port.ts'
import { RecordSetReader } from '../records/decode-batches.ts'
import type { FetchedPartition } from '../records/decode-fetch.ts'
import type { FetchMemory } from '../records/fetch-memory.ts'
import { topicPartitions } from '../topic-metadata.ts'
import { fetchRecords } from './fetch-request.ts'
import type { Generation, OwnedPartition } from './generation.ts'
import type { CheckedGroupOptions } from './options.ts'
import { damageError, startOver } from './partition-trouble.ts'
import { Signal } from './signal.ts'

export interface FetchContext {
  link: ClusterLink
  options: CheckedGroupOptions
  clock: Clock
  random: Random
  onFailure: (thrown: unknown) => void
}

/** Kafka's numbers for what can be wrong with one partition of a fetch. */
const offsetOutOfRange = 1
const topicRefused = 29
/** How long a hand-over may keep the next fetch waiting before the other partitions go on without it. Unit: ms. */
const handOverPatienceMs = 25
/** How long a broker holds a fetch while other partitions of it wait to be fetched again. Unit: ms. */
const shortWaitTimeMs = 100
/** How soon leaders are looked up again while a partition has none. Unit: ms. */
const leaderlessWaitMs = 500
/** Least time between two look-ups. Unit: ms. */
const attentionSpacingMs = 100
/** How long a partition rests whose broker says that it is elsewhere. Unit: ms. */
const movedWaitMs = 200
/** How often in a row the topic must be unknown: a broker that has just started may not know it yet. */
const topicGoneLooks = 3

export class Fetcher {
  readonly #generation: Generation
  readonly #context: FetchContext
  readonly #loops = new Map<number, Promise<void>>()
  /** Fires when what is known of leaders has proved wrong. */
  readonly #attention: Signal
  readonly #stop = new AbortController()
  #leaders = new Map<number, number>()
  #turn = 0

  constructor(generation: Generation, context: FetchContext) {
    this.#generation = generation
    this.#context = context
    this.#attention = new Signal(context.clock)
  }

  /** Runs until the generation ends; then every loop ends by itself, and what arrives late is dropped. */
  async run(): Promise<void> {
    const { clock, options, onFailure } = this.#context
    const stop = (): void => {
      this.#stop.abort()
      this.#attention.fire()
    }
    void this.#generation.ended.then(stop)
    let failures = 0
    while (this.#generation.isLive) {
      let waitMs = options.metadataIntervalMs
      try {
        const areAllLed = await this.#lookUpLeaders()
        failures = 0
        if (!areAllLed) waitMs = Math.min(waitMs, leaderlessWaitMs)
      } catch (thrown) {
        failures++
        if (failures === 1 && this.#generation.isLive) onFailure(thrown)
        const isTopicGone = kafkaFailure(thrown).reason === 'unknown-topic'
        if (isTopicGone && failures >= topicGoneLooks) return this.#generation.end('failed')
        waitMs = this.#backoffMs(failures)
      }
      await this.#attention.wait(waitMs)
      // A storm of failed fetches asks once.
      if (this.#generation.isLive) await clock.sleep(attentionSpacingMs, this.#stop.signal)
    }
  }

  /** @returns whether every owned partition has a leader. */
  async #lookUpLeaders(): Promise<boolean> {
    const { link, options } = this.#context
    const generation = this.#generation
    const partitions = await link.use('looking up the topic', link.callTimeoutMs, (cluster) =>
      topicPartitions(cluster, options.topic, { refresh: true }),
    )
    if (!generation.isLive) return true
    // Only the leader's join makes the group share out anew; the others would be told the same again.
    if (generation.isLeader && partitions.length !== generation.partitionsKnown) {
      generation.end('partitions-changed')
      return true
    }
    this.#leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]))
    let areAllLed = true
    for (const partition of generation.owned.keys()) {
      const leader = this.#leaders.get(partition) ?? -1
      if (leader < 0) areAllLed = false
      else if (!this.#loops.has(leader)) {
        const loop = this.#loop(leader).finally(() => this.#loops.delete(leader))
        this.#loops.set(leader, loop)
      }
    }
    return areAllLed
  }

  async #loop(leader: number): Promise<void> {
    const { clock, onFailure } = this.#context
    const generation = this.#generation
    let failures = 0
    while (generation.isLive) {
      const led = [...generation.owned.values()].filter(
        (each) => this.#leaders.get(each.partition) === leader,
      )
      if (led.length === 0) return
      const now = clock.monotonicMs()
      const ready = led.filter((each) => !each.isPaused && !each.isBusy && each.notBeforeMs <= now)
      if (ready.length === 0) {
        await generation.changed.wait(1_000)
        continue
      }
      try {
        await this.#fetch(leader, ready, led.length > ready.length)
        failures = 0
      } catch (thrown) {
        failures++
        if (!generation.isLive) return
        if (failures === 1) onFailure(thrown)
        this.#attention.fire()
        await clock.sleep(this.#backoffMs(failures), this.#stop.signal)
      }
    }
  }

  async #fetch(leader: number, ready: OwnedPartition[], othersWait: boolean): Promise<void> {
    const { link, options } = this.#context
    const generation = this.#generation
    const maxWaitTimeMs = othersWait
      ? Math.min(shortWaitTimeMs, options.maxWaitTimeMs)
      : options.maxWaitTimeMs
    // The answer is filled in the order of the request: each partition is first in its turn.
    const start = this.#turn++ % ready.length
    const inTurn = [...ready.slice(start), ...ready.slice(0, start)]
    const request = {
      topic: generation.topic,
      partitions: inTurn.map(({ partition, position: offset }) => ({ partition, offset })),
      maxWaitTimeMs,
      maxBytes: options.maxBytes,
      maxBytesPerPartition: options.maxBytesPerPartition,
    }
    const timeoutMs = maxWaitTimeMs + link.callTimeoutMs
    const answer = await link.use('fetching', timeoutMs, async (cluster) =>
      fetchRecords(await cluster.findBroker({ nodeId: leader }), request),
    )
    if (!generation.isLive) return
    const { memory } = answer
    memory?.hold(1)
    const handOvers = Promise.all(answer.partitions.map((each) => this.#take(each, memory)))
    await this.#waitPatiently(handOvers.then(() => memory?.letGo()))
  }

  /** Resolves with the hand-overs, or a little later without them. */
  async #waitPatiently(handOvers: Promise<unknown>): Promise<void> {
    const enough = new AbortController()
    const patience = this.#context.clock.sleep(handOverPatienceMs, enough.signal)
    await Promise.race([handOvers, patience])
    enough.abort()
  }

  /** Never throws. */
  async #take(fetched: FetchedPartition, memory: FetchMemory | undefined): Promise<void> {
    const owned = this.#generation.owned.get(fetched.partition)
    if (owned === undefined) return
    owned.isBusy = true
    try {
      if (fetched.errorCode === 0) await this.#handOver(owned, fetched, memory)
      else await this.#partitionFailed(owned, fetched.errorCode)
    } catch (thrown) {
      this.#holdBack(owned, this.#context.options.backoffMaxMs / 4)
      if (this.#generation.isLive) this.#context.onFailure(thrown)
    } finally {
      owned.isBusy = false
      this.#generation.changed.fire()
    }
  }

  async #handOver(
    owned: OwnedPartition,
    fetched: FetchedPartition,
    memory: FetchMemory | undefined,
  ): Promise<void> {
    const { options } = this.#context
    const generation = this.#generation
    owned.highWatermark = fetched.highWatermark
    if (fetched.recordSet.length === 0) return
    const reader = new RecordSetReader({
      topic: generation.topic,
      partition: owned.partition,
      fromOffset: owned.position,
      bytes: fetched.recordSet,
      aborted: fetched.aborted,
      memory,
    })
    for (let isLast = false; !isLast;) {
      const read = await reader.next(options.maxBytesPerHandOver)
      // Paused while the fetch was under way: what was fetched is kept until the partition is resumed.
      while ((owned.isPaused || !generation.isHeard) && generation.isLive) {
        await generation.changed.wait(1_000)
      }
      if (!generation.isLive) return
      if (read.records.length > 0 && !(await this.#give(read.records))) {
        return this.#holdBack(owned, options.backoffMaxMs / 4)
      }
      owned.position = read.nextOffset
      isLast = read.isLast
      if (read.damage !== undefined && generation.isLive) {
        this.#holdBack(owned, options.undecodableRetryMs)
        this.#context.onFailure(damageError(generation.topic, owned, read.damage, options))
      }
    }
  }

  /** @returns whether the records were taken. */
  async #give(records: readonly KafkaRecord[]): Promise<boolean> {
    const { onRecords, onError } = this.#context.options
    try {
      await onRecords(records)
      return true
    } catch (thrown) {
      onError(thrown instanceof Error ? thrown : new Error(errorText(thrown)), { fatal: false })
      return false
    }
  }

  async #partitionFailed(owned: OwnedPartition, errorCode: number): Promise<void> {
    if (errorCode === offsetOutOfRange) return startOver(this.#generation, owned, this.#context)
    if (errorCode === topicRefused) {
      const type = 'TOPIC_AUTHORIZATION_FAILED'
      throw Object.assign(new Error(`Kafka says ${type}`), { type })
    }
    // The leader has moved, or the partition is on its way to another broker, or the topic is gone.
    this.#attention.fire()
    this.#holdBack(owned, movedWaitMs)
  }

  #holdBack(owned: OwnedPartition, delayMs: number): void {
    owned.notBeforeMs = this.#context.clock.monotonicMs() + delayMs
  }

  #backoffMs(failures: number): number {
    const { options, random } = this.#context
    const limits = { initialMs: options.backoffInitialMs, maxMs: options.backoffMaxMs }
    return backoffDelayMs(failures, limits, random)
  }
}
