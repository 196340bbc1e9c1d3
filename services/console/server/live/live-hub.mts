// The topic, watched for everybody at once: reading begins with the first viewer and ends with the last.
import { textAt } from '@millrace/ecs'
import type { RecordNormalizer } from '@millrace/formats'
import { type Clock, errorText, type Random, type Timer } from '@millrace/foundation'
import { type KafkaRecord, type KafkaSettings, type TailOptions, tailTopic } from '@millrace/kafka'
import { Problem } from '../http/problem.mts'
import type { LiveEvent } from './live-event.mts'
import { readLive } from './live-event.mts'
import type { Viewer } from './viewer.mts'

export interface LiveHubOptions {
  connection: KafkaSettings
  topic: string
  /** Made for each stretch of reading, once the cluster's id is known. */
  createNormalizer: () => Promise<RecordNormalizer>
  clock: Clock
  random: Random
  /** In place of Kafka, for tests. */
  tail?: typeof tailTopic
  /** Most records that are looked at in one tick; the rest is counted as skipped. */
  recordsPerTickMax?: number
  viewersMax?: number
}

export const tickMs = 250
/** 20 000 records a second are as many as one process can look at beside its other work. */
const recordsPerTickDefault = 5_000
const viewersMaxDefault = 50
const servicesMax = 200

export class LiveHub {
  readonly #options: LiveHubOptions
  readonly #viewers = new Set<Viewer>()
  readonly #services = { names: [] as string[], version: 0 }
  #partitions: number | undefined
  #reading: { abort: AbortController; ended: Promise<void> } | undefined
  #timer: Timer | undefined
  #takenInTick = 0

  constructor(options: LiveHubOptions) {
    this.#options = options
  }

  get viewers(): number {
    return this.#viewers.size
  }

  get isReading(): boolean {
    return this.#reading !== undefined
  }

  /**
   * `onAdmitted` is called before anything is sent to the viewer.
   * @throws Problem `busy` when as many look on as may. @returns ends this viewer's look
   */
  join(viewer: Viewer, onAdmitted: () => void): () => void {
    const { viewersMax = viewersMaxDefault } = this.#options
    if (this.#viewers.size >= viewersMax) {
      throw new Problem('busy', `${viewersMax} pages look on already; close one of them`)
    }
    onAdmitted()
    this.#viewers.add(viewer)
    this.#begin()
    if (this.#partitions !== undefined) viewer.ready(this.#readyFacts(this.#partitions))
    return () => {
      this.#viewers.delete(viewer)
      if (this.#viewers.size === 0) void this.#end()
    }
  }

  async close(): Promise<void> {
    this.#viewers.clear()
    await this.#end()
  }

  #begin(): void {
    if (this.#reading !== undefined) return
    const abort = new AbortController()
    const ended = this.#read(abort.signal).catch((error: unknown) =>
      this.#trouble(errorText(error)),
    )
    this.#reading = { abort, ended }
    this.#scheduleTick()
  }

  async #end(): Promise<void> {
    const reading = this.#reading
    this.#reading = undefined
    this.#partitions = undefined
    this.#timer?.cancel()
    reading?.abort.abort()
    await reading?.ended
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { connection, topic, clock, random, tail = tailTopic } = this.#options
    const normalizer = await this.#normalizer(signal)
    if (normalizer === undefined) return
    const options: TailOptions & { signal: AbortSignal } = {
      signal,
      clock,
      random,
      onRecords: (records) => {
        if (!signal.aborted) this.#take(records, normalizer)
      },
      onReady: (partitions) => {
        if (signal.aborted) return
        this.#partitions = partitions
        for (const viewer of this.#viewers) viewer.ready(this.#readyFacts(partitions))
      },
      onSkipped: (records) => this.#skip(records),
      onTrouble: (error) => {
        this.#partitions = undefined
        if (!signal.aborted) this.#trouble(errorText(error))
      },
    }
    await tail(connection, topic, options)
  }

  /** Asks until Kafka has said which cluster it is, or nobody looks on any more. */
  async #normalizer(signal: AbortSignal): Promise<RecordNormalizer | undefined> {
    while (!signal.aborted) {
      try {
        return await this.#options.createNormalizer()
      } catch (error) {
        if (!signal.aborted) this.#trouble(errorText(error))
        await this.#options.clock.sleep(2_000, signal)
      }
    }
    return undefined
  }

  #take(records: readonly KafkaRecord[], normalizer: RecordNormalizer): void {
    const { recordsPerTickMax = recordsPerTickDefault, clock } = this.#options
    const taken = records.slice(0, Math.max(0, recordsPerTickMax - this.#takenInTick))
    this.#takenInTick += taken.length
    if (taken.length < records.length) this.#skip(records.length - taken.length)
    const receivedAtMs = clock.now()
    let ledgers = 0
    for (const record of taken) {
      const { events, isLedger } = readLive(record, receivedAtMs, normalizer)
      if (isLedger) ledgers += 1
      for (const event of events) {
        this.#noteService(event)
        for (const viewer of this.#viewers) viewer.offer(event)
      }
    }
    if (ledgers > 0) for (const viewer of this.#viewers) viewer.ledgers(ledgers)
  }

  #noteService({ document }: LiveEvent): void {
    const name = textAt(document, 'service.name')
    const { names } = this.#services
    if (name === undefined || names.length >= servicesMax || name.length > 256) return
    if (names.includes(name)) return
    this.#services.names = [...names, name].toSorted()
    this.#services.version += 1
  }

  #skip(records: number): void {
    for (const viewer of this.#viewers) viewer.skipped(records)
  }

  #trouble(message: string): void {
    for (const viewer of this.#viewers) viewer.trouble(message)
  }

  #readyFacts(partitions: number): { topic: string; partitions: number } {
    return { topic: this.#options.topic, partitions }
  }

  #scheduleTick(): void {
    const { clock } = this.#options
    this.#timer = clock.setTimer(tickMs, () => {
      this.#takenInTick = 0
      for (const viewer of this.#viewers) viewer.tick(clock.monotonicMs(), this.#services)
      if (this.#reading !== undefined) this.#scheduleTick()
    })
  }
}
