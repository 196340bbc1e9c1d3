// What the main thread and the threads of the indexer say to each other, by name.
import type { IndexerConfig } from '../config.mts'
import type { Condition } from '../readiness.mts'

/** What a thread is started with: plain data. */
export interface ThreadStart {
  /** From 1. */
  thread: number
  /** With this thread's share of what is bounded for the whole process. */
  config: IndexerConfig
  clusterId: string
}

/** Conditions that each member meets or not by itself, with the reason why not. */
export type MemberConditions = Partial<Record<Condition, string>>

export interface Failure {
  /** In one sentence. */
  text: string
  stack?: string | undefined
}

/** What the main thread asks a thread. */
export const threadAnswers = { conditions: 'conditions', metrics: 'metrics' } as const
/** What the main thread tells a thread. */
export const threadHears = { storeReached: 'store-reached', close: 'close' } as const
/** What a thread asks the main thread. */
export const mainAnswers = { deadLetterTopic: 'dead-letter-topic' } as const
/** What a thread tells the main thread. */
export const mainHears = { failed: 'failed', closed: 'closed' } as const
