// A histogram without labels that is cheap to feed: one observation is a search among a dozen bounds.
import type { Metric } from 'prom-client'

/**
 * Reads like a histogram of prom-client, which hashes the labels of each observation, also where there are none: too much
 * for what is observed once for each event.
 */
export class PlainHistogram {
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly name: string
  readonly help: string
  readonly #bounds: readonly number[]
  /** The last one counts what is above all bounds. */
  readonly #counts: Float64Array
  #sum = 0

  constructor({ name, help, buckets }: { name: string; help: string; buckets: readonly number[] }) {
    this.name = name
    this.help = help
    this.#bounds = buckets
    this.#counts = new Float64Array(buckets.length + 1)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    this.#counts[bucket]! += 1
    this.#sum += value
  }

  /** As a registry asks for it: each bucket counts all that is not above its bound. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this
    let count = 0
    const values: { metricName: string; labels: { le?: number | '+Inf' }; value: number }[] = []
    for (const [bucket, counted] of this.#counts.entries()) {
      count += counted
      const le = this.#bounds[bucket] ?? '+Inf'
      values.push({ metricName: `${name}_bucket`, labels: { le }, value: count })
    }
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum })
    values.push({ metricName: `${name}_count`, labels: {}, value: count })
    return { name, help, type, values, aggregator }
  }

  /** What a registry takes; it needs no more than this of a metric. */
  asMetric(): Metric {
    return this as unknown as Metric
  }
}
