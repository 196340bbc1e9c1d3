// Ready or not, and why not: what `/readyz` answers.

/** What a worker needs before it can index, in the order in which it needs it. */
export const conditions = ['topic', 'elasticsearch', 'templates', 'group'] as const
export type Condition = (typeof conditions)[number]

/** Each condition is met, or has a reason for a person to read. */
export class Readiness {
  readonly #reasons = new Map<Condition, string>([
    ['topic', 'Kafka was not reached yet'],
    ['elasticsearch', 'Elasticsearch was not reached yet'],
    ['templates', 'the index templates were not checked yet'],
    ['group', 'the consumer group was not joined yet'],
  ])

  met(condition: Condition): void {
    this.#reasons.delete(condition)
  }

  unmet(condition: Condition, reason: string): void {
    this.#reasons.set(condition, reason)
  }

  /** Undefined when the condition is met. */
  reason(condition: Condition): string | undefined {
    return this.#reasons.get(condition)
  }
}
