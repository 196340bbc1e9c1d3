// The crew: whoever carries the records once all is there, one member of the group in this thread, or one in each of several.
import type { MetricsText } from '@millrace/service'
import type { Books } from './books.mts'
import type { Condition } from './readiness.mts'
import type { TopicFacts } from './topic-watch.mts'

/** What was done, for the last line of the log. */
export type Totals = Pick<Books, 'recordsTaken' | 'events'>

export interface Crew {
  readonly metrics: MetricsText
  /** Kafka, the topic, Elasticsearch and its templates are there: joins the group. Called at most once. */
  begin(topic: TopicFacts): Promise<void>
  /** Undefined while the condition is met. */
  reason(condition: Condition): string | undefined
  /** Why the process has to be started anew; undefined while it need not. */
  failure(): string | undefined
  /** Elasticsearch has just answered a question that is not the crew's. */
  storeReached(): void
  /** Drains, commits, leaves. Rejects when not all of it could be done; nothing is at work then either. */
  close(): Promise<Totals>
}
