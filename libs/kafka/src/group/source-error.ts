// What went wrong while reading the topic, in one line for a person.
import { type ErrorCode, errorText, SourceError } from '@millrace/foundation'
import { kafkaFailure } from '../failure.ts'
import { closedConnectionHint, securityText } from '../security-text.ts'
import type { KafkaSettings } from '../settings.ts'

export interface SourceContext {
  settings: KafkaSettings
  topic: string
  group: string
}

/** Names what was thrown; a SourceError, and what `onRecords` threw of its own, stay what they are. */
export function sourceError(thrown: unknown, where: SourceContext): Error {
  if (thrown instanceof SourceError) return thrown
  const failure = kafkaFailure(thrown)
  const { topic, group } = where
  const brokers = where.settings.brokers.join(', ')
  const details = {
    retryable: failure.retryable,
    cause: thrown,
    context: { reason: failure.reason, type: failure.type, topic, group },
  }
  const build = (code: ErrorCode, message: string): SourceError =>
    new SourceError(code, message, details)
  switch (failure.reason) {
    case 'unknown-topic':
      return build(
        'MILLRACE_SOURCE_TOPIC_MISSING',
        `Kafka (${brokers}) has no topic ${topic}; create it with: millrace topic create ${topic}`,
      )
    case 'unreachable':
    case 'timeout':
    case 'no-coordinator':
    case 'no-leader':
      return build(
        'MILLRACE_SOURCE_UNREACHABLE',
        `Kafka (${brokers}) cannot be read, topic ${topic}, group ${group}: ${failure.text}${closedConnectionHint(failure, where.settings)}`,
      )
    case 'unknown':
      return thrown instanceof Error ? thrown : new Error(errorText(thrown))
    default:
      return build(
        'MILLRACE_SOURCE_REJECTED',
        securityText(failure, where.settings, `to read topic ${topic} in group ${group}`) ??
          `Kafka (${brokers}) refused, topic ${topic}, group ${group}: ${failure.text}`,
      )
  }
}

/** Reasons that only a person can remove. They become fatal when they last. */
export function needsPerson(thrown: unknown): boolean {
  const { retryable, reason } = kafkaFailure(thrown)
  return !retryable && reason !== 'unknown' && reason !== 'undecodable'
}
