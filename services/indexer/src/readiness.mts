// Ready or not, and why not: what `/readyz` answers.

/** What a worker needs before it can index. Each is a reason for a person to read, or fine. */
export const conditions = ['topic', 'group', 'elasticsearch', 'templates', 'shutdown'] as const
export type Condition = (typeof conditions)[number]

export class Readiness {
  readonly #reasons = new Map<Condition, string>([
    ['topic', 'Kafka was not reached yet'],
    ['group', 'the consumer group was not joined yet'],
    ['elasticsearch', 'Elasticsearch was not reached yet'],
    ['templates', 'the index templates were not checked yet'],
  ])

  met(condition: Condition): void {
    this.#reasons.delete(condition)
  }

  unmet(condition: Condition, reason: string): void {
    this.#reasons.set(condition, reason)
  }

  get isReady(): boolean {
    return this.#reasons.size === 0
  }

  /** In the order in which a worker needs them. */
  reasons(): Partial<Record<Condition, string>> {
    const reasons: Partial<Record<Condition, string>> = {}
    for (const condition of conditions) {
      const reason = this.#reasons.get(condition)
      if (reason !== undefined) reasons[condition] = reason
    }
    return reasons
  }
}
