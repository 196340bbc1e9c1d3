// GET /api/delivery: is everything arriving, what is stuck, and how does it go.
import type { ElasticStore } from '@millrace/elastic'
import type { Clock } from '@millrace/foundation'
import type { Administration, KafkaSettings } from '@millrace/kafka'
import type { FastifyInstance } from 'fastify'
import type { AuditPart, DelaysPart, DeliveryAnswer, IndexingPart } from '../api.mts'
import type { LogStore } from '../search/log-store.mts'
import { computeAudit } from './audit-part.mts'
import { computeDelays } from './delays.mts'
import { computeIndexing } from './indexing.mts'
import { KeptPart } from './kept-part.mts'
import { LagWatch } from './lag-watch.mts'

export interface DeliveryOptions {
  connection: KafkaSettings
  administration: Administration
  store: Pick<ElasticStore, 'request'>
  logs: LogStore
  topic: string
  group: string
  clock: Clock
  auditHours: number
}

/** So long a page waits for the first value of a part before it is told that it is being computed. Unit: ms. */
const firstWaitMs = 1_500

export class Delivery {
  readonly #options: DeliveryOptions
  readonly #lag: LagWatch
  readonly #audit: KeptPart<AuditPart>
  readonly #delays: KeptPart<DelaysPart>
  readonly #indexing: KeptPart<IndexingPart>

  constructor(options: DeliveryOptions) {
    const { logs, clock, auditHours } = options
    this.#options = options
    this.#lag = new LagWatch(options)
    this.#audit = new KeptPart({
      clock,
      // Reading every id costs the cluster: at most a tenth of the time goes into it.
      intervalMs: 15_000,
      restFactor: 9,
      timeoutMs: 120_000,
      compute: (told) => computeAudit({ ...options, sinceMs: auditHours * 3_600_000 }, told),
    })
    this.#delays = new KeptPart({
      clock,
      intervalMs: 10_000,
      timeoutMs: 30_000,
      compute: ({ signal }) => computeDelays(logs, { nowMs: clock.now(), signal }),
    })
    this.#indexing = new KeptPart({
      clock,
      intervalMs: 5_000,
      timeoutMs: 30_000,
      compute: ({ signal }) => computeIndexing(logs, { nowMs: clock.now(), signal }),
    })
  }

  start(): void {
    this.#lag.start()
  }

  async close(): Promise<void> {
    const parts = [this.#lag, this.#audit, this.#delays, this.#indexing]
    await Promise.all(parts.map((part) => part.close()))
  }

  async answer(): Promise<DeliveryAnswer> {
    const { topic, group } = this.#options
    const [audit, delays, indexing] = await Promise.all([
      this.#audit.read(firstWaitMs),
      this.#delays.read(firstWaitMs),
      this.#indexing.read(firstWaitMs),
    ])
    const lag = this.#lag.lag()
    return { topic, group, audit, lag, workers: this.#lag.workers(), delays, indexing }
  }
}

export function addDeliveryRoutes(server: FastifyInstance, delivery: Delivery): void {
  server.get('/api/delivery', async () => await delivery.answer())
}
