// The journey, told: what happens in the pipeline becomes metrics, readiness and a few calm log lines.
import { errorText } from '@millrace/foundation'
import type { RepeatedErrors, ServiceLogger } from '@millrace/service'
import { causeGroup } from './dead-letter.mts'
import type { RequestFailure } from './dispatch-parts.mts'
import type { IndexerMetrics } from './metrics.mts'
import type { PipelineObserver } from './pipeline-parts.mts'
import type { Readiness } from './readiness.mts'

/** Tells a trouble at once, and then at most once in 10 s with how often it came. */
export class Telling {
  readonly #log: ServiceLogger
  readonly #repeated: RepeatedErrors

  constructor(log: ServiceLogger, repeated: RepeatedErrors) {
    this.#log = log
    this.#repeated = repeated
  }

  /** @param name what makes two troubles the same. */
  trouble(level: 'warn' | 'error', name: string, sentence: string, fields: object = {}): void {
    this.#repeated.report(name, (repeats) => {
      this.#log[level](repeats === 0 ? fields : { ...fields, repeats }, sentence)
    })
  }

  note(sentence: string, fields: object = {}): void {
    this.#log.info(fields, sentence)
  }
}

export interface ObserverParts {
  telling: Telling
  metrics: IndexerMetrics
  readiness: Readiness
  deadLetterTopic: string
}

export function createObserver(parts: ObserverParts): PipelineObserver {
  const { telling, metrics, readiness, deadLetterTopic } = parts
  return {
    indexed: (delayMs) => metrics.indexed(delayMs),
    requestEnded: (request) => {
      metrics.requestEnded(request)
      if (request.outcome === 'answered') readiness.met('elasticsearch')
    },
    requestFailed: (failure) => tellFailure(failure, telling, readiness),
    bulkBytesLowered: (bulkBytes) =>
      telling.note('Bulk requests are smaller from now on, since one was refused as too large', {
        bulkBytes,
      }),
    deadLettered: (cause, { topic, partition, offset }) => {
      const group = causeGroup(cause)
      const detail = cause.bulk === undefined ? '' : `: ${cause.bulk.reason}`
      telling.trouble(
        'warn',
        `dead letter ${group}`,
        `A record went to ${deadLetterTopic}: ${cause.reason}${detail}`,
        { code: cause.code, group, topic, partition, offset },
      )
    },
    deadLetterFailed: (error) =>
      telling.trouble(
        'error',
        'dead letters',
        `Dead letters can't be written to ${deadLetterTopic}; their offsets wait, and it is tried again: ${errorText(error)}`,
      ),
    deadLetterUntold: ({ status, type, reason }) =>
      telling.trouble(
        'error',
        'dead letter document',
        `A dead letter is in ${deadLetterTopic}, but its document was refused by Elasticsearch with ${status} ${type}: ${reason}`,
      ),
    commitEnded: ({ isCommitted, error }) => {
      if (isCommitted || error === undefined) return
      const sentence = `Offsets can't be committed, it is tried again: ${errorText(error)}`
      telling.trouble('warn', 'commit', sentence)
    },
    assigned: (partitions) => {
      readiness.met('group')
      const numbers = partitions.map(({ partition }) => partition)
      telling.note(`Assigned ${numbers.length} partitions`, { partitions: numbers })
    },
    progressed: (standstillMs) => metrics.progressed(standstillMs),
    wentOn: ({ partitions, longestMs, longest }) =>
      telling.note(
        `Reading goes on after a rebalance: partitions stood still for at most ${(longestMs / 1_000).toFixed(1)} s`,
        { partitions, longestMs, longest },
      ),
    revoked: (partitions, unsettledRecords) => {
      readiness.unmet('group', 'the consumer group is rebalancing')
      telling.note(`Gave up ${partitions.length} partitions`, { unsettledRecords })
    },
  }
}

/** A refusal that only a person can end is an error; Elasticsearch being away or busy loses nothing. */
function tellFailure(failure: RequestFailure, telling: Telling, readiness: Readiness): void {
  const { kind, reason } = failure
  if (kind === 'too-large' || kind === 'malformed') {
    telling.trouble('warn', `bulk ${kind}`, `A bulk request is split after a refusal: ${reason}`)
    return
  }
  readiness.unmet('elasticsearch', reason)
  const level = kind === 'forbidden' ? 'error' : 'warn'
  telling.trouble(level, `bulk ${kind}`, `A bulk request waits and is sent again: ${reason}`)
}
