// Dead letter, readable: the document beside the logs that tells a person what was parked, and why.
import { isUtf8 } from 'node:buffer'
import { ecsVersion, formatEpochMs } from '@millrace/ecs'
import {
  type DeadLetterAttempt,
  deadLetterDataStream,
  type DeadLetterFacts,
  deadLetterId,
  decodeSourceFacts,
  headerName,
  type SourceFacts,
} from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'
import type { Indexable } from './bulk-request.mts'

/** Most of the original bytes that the document repeats; the topic has them all. Unit: bytes. */
export const originalBytesMax = 64 * 1024

/** The same `_id` whoever parks the record, so that a second worker's document is a duplicate. */
export function deadLetterDocument(
  record: KafkaRecord,
  facts: DeadLetterFacts,
  ingestedAtMs: number,
): Indexable {
  const [type, dataset, namespace] = deadLetterDataStream.split('-')
  const header = record.headers[headerName]
  const source = (header === undefined ? undefined : decodeSourceFacts(header)) ?? {}
  const { value } = record
  return {
    id: deadLetterId(facts),
    dataStream: deadLetterDataStream,
    document: {
      '@timestamp': formatEpochMs(facts.deadLetteredAt),
      message: ['Dead letter', facts.reason, facts.bulkReason].filter(isSaid).join(': '),
      ecs: { version: ecsVersion },
      data_stream: { type, dataset, namespace },
      event: {
        kind: 'pipeline_error',
        id: facts.eventId,
        dataset,
        ...(facts.timestamp > 0 &&
          facts.timestamp <= ingestedAtMs && { created: formatEpochMs(facts.timestamp) }),
        ingested: formatEpochMs(ingestedAtMs),
        ...(value !== null && isUtf8(value) && { original: textOf(value) }),
      },
      error: {
        code: facts.code,
        ...(isSaid(facts.type) && { type: facts.type }),
        message: isSaid(facts.bulkReason) ? facts.bulkReason : facts.reason,
      },
      ...sourceMembers(source),
      millrace: {
        ...(source.format !== undefined && { format: source.format }),
        dead_letter: {
          group: facts.group,
          topic: facts.topic,
          partition: facts.partition,
          offset: facts.offset,
          attempts: facts.attempts,
          ...(facts.status !== undefined && { status: facts.status }),
          ...(source.dataset !== undefined && { dataset: source.dataset }),
          ...(source.namespace !== undefined && { namespace: source.namespace }),
          ...(facts.history.length > 0 && { history: facts.history.map(readableAttempt) }),
        },
      },
      ...cutMembers(value),
    },
  }
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

function sourceMembers(source: SourceFacts): object {
  const version = source['service.version']
  const environment = source['service.environment']
  const node = source['service.node.name']
  const agentType = source['agent.type']
  const agentVersion = source['agent.version']
  const service = {
    ...(source['service.name'] !== undefined && { name: source['service.name'] }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(node !== undefined && { node: { name: node } }),
  }
  const agent = {
    ...(agentType !== undefined && { type: agentType }),
    ...(agentVersion !== undefined && { version: agentVersion }),
  }
  return {
    ...(Object.keys(service).length > 0 && { service }),
    ...(source['host.name'] !== undefined && { host: { name: source['host.name'] } }),
    ...(Object.keys(agent).length > 0 && { agent }),
  }
}

/** Bytes that are no text, and how many there were where not all are here: as with any other document. */
function cutMembers(value: Uint8Array | null): object {
  if (value === null) return {}
  const isCut = value.byteLength > originalBytesMax
  const isText = isUtf8(value)
  if (isText && !isCut) return {}
  const base64 = Buffer.from(
    value.buffer,
    value.byteOffset,
    Math.min(value.byteLength, originalBytesMax),
  )
  return {
    ...(isCut && { tags: ['_truncated'] }),
    attributes: {
      millrace: {
        ...(isCut && { original_bytes: value.byteLength }),
        ...(!isText && { original_base64: base64.toString('base64') }),
      },
    },
  }
}

/** Never half a character at the cut. */
function textOf(value: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return decoder.decode(value.subarray(0, originalBytesMax), { stream: true })
}

/** Times in a header can be anything; the year 9999 is the last that is a date here. */
function readableAttempt({ deadLetteredAt, ...attempt }: DeadLetterAttempt): object {
  const isDate = deadLetteredAt <= 253_402_300_799_999
  return { ...(isDate && { at: formatEpochMs(deadLetteredAt) }), ...attempt }
}
