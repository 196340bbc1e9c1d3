// The topic, waited for: an indexer that starts before Kafka or before its topic waits and says so.
import {
  type BackoffOptions,
  type Clock,
  errorText,
  MillraceError,
  type Random,
} from '@millrace/foundation'
import type { Administration } from '@millrace/kafka'
import type { Readiness } from './readiness.mts'
import { retryUntilDone } from './retry.mts'

export interface TopicWatchParts {
  administration: Pick<Administration, 'clusterId' | 'describeTopic' | 'createTopic'>
  readiness: Readiness
  clock: Clock
  random: Random
  /** Something is in the way, in one sentence. Called again for each try. */
  onTrouble: (sentence: string, level: 'warn' | 'error') => void
}

export interface TopicFacts {
  clusterId: string
  /** How many the topic had when it was found. */
  partitions: number
}

/**
 * Resolves once the topic is there; with undefined when aborted first. Never creates the topic: how many
 * partitions it has is for a person to decide.
 */
export function untilTopicExists(
  topic: string,
  parts: TopicWatchParts,
  options: { backoff: BackoffOptions; signal: AbortSignal },
): Promise<TopicFacts | undefined> {
  const { administration, readiness, onTrouble } = parts
  const trouble = (sentence: string, level: 'warn' | 'error'): void => {
    readiness.unmet('topic', sentence)
    onTrouble(sentence, level)
  }
  return retryUntilDone(
    async () => {
      const description = await administration.describeTopic(topic)
      if (description === undefined) {
        trouble(
          `Topic "${topic}" (MILLRACE_KAFKA_TOPIC) does not exist; run "millrace setup" or "millrace topic create ${topic}"`,
          'error',
        )
        return undefined
      }
      const clusterId = await administration.clusterId()
      readiness.met('topic')
      return { clusterId, partitions: description.partitions.length }
    },
    { ...parts, ...options, onFailure: (error) => trouble(errorText(error), levelOf(error)) },
  )
}

/** Brokers that are away come back; credentials that are refused wait for a person. */
function levelOf(error: unknown): 'warn' | 'error' {
  return error instanceof MillraceError && !error.retryable ? 'error' : 'warn'
}

/** What a dead letter's headers may add to the largest record of the topic. Unit: bytes. */
const deadLetterHeadroomBytes = 64 * 1024
const maxMessageBytesDefault = 1_048_588
/** Long enough for somebody to look at them; brokers keep records for 7 days by themselves. Unit: ms. */
const deadLetterRetentionMs = 30 * 86_400_000

/**
 * Makes sure that the dead-letter topic is there: as many partitions as the topic, and records a little
 * larger, so that whatever was in the topic also fits with its reason.
 */
export async function ensureDeadLetterTopic(
  topics: { topic: string; deadLetterTopic: string },
  administration: Pick<Administration, 'describeTopic' | 'createTopic'>,
): Promise<void> {
  const { topic, deadLetterTopic } = topics
  if ((await administration.describeTopic(deadLetterTopic)) !== undefined) return
  const source = await administration.describeTopic(topic)
  const configured = Number(source?.configuration['max.message.bytes'])
  const largest = Number.isSafeInteger(configured) ? configured : maxMessageBytesDefault
  const replicas = source?.partitions[0]?.replicas.length
  await administration.createTopic({
    topic: deadLetterTopic,
    partitions: Math.max(1, source?.partitions.length ?? 1),
    ...(replicas !== undefined && { replicationFactor: replicas }),
    configuration: {
      'max.message.bytes': String(largest + deadLetterHeadroomBytes),
      'retention.ms': String(deadLetterRetentionMs),
    },
  })
}
