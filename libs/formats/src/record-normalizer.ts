// A record of the topic becomes documents, or a reason why not; the same code for the indexer and for `millrace explain`.
import { type EcsDocument, isTimeZone, type TimestampOptions } from '@millrace/ecs'
import {
  type DecodedSource,
  defaultDataset,
  defaultNamespace,
  hashSource,
  headerName,
  isEventId,
  nestedEventId,
  offsetEventId,
  parseEventId,
  type RecordHeaders,
  type SourceFacts,
  SourceFactsReader,
} from '@millrace/envelope'
import { ConfigError, errorText, type Rejection } from '@millrace/foundation'
import { type StreamPart, StreamPartReader } from './data-stream.ts'
import { type DecodedLine, decodeLine } from './decode.ts'
import { findFormat, readLine } from './detect.ts'
import type { Draft, FieldOrigin } from './draft.ts'
import { EventWriter } from './event-writer.ts'
import { finishDocument, type RecordFacts } from './finish-document.ts'

/** A Kafka record, as far as a document depends on it. */
export interface SourceRecord {
  topic: string
  partition: number
  offset: number
  /** Epoch ms; absent or not positive means unknown. */
  timestampMs?: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: RecordHeaders
}

export interface NormalizedEvent {
  /** Elasticsearch `_id`. */
  id: string
  /** `logs-<dataset>-<namespace>`. */
  dataStream: string
  /** Ready for JSON.stringify. */
  document: EcsDocument
}

export interface NormalizeOutcome {
  events: NormalizedEvent[]
  /** Empty, or one: the record as a whole could not become a document. */
  rejections: Rejection[]
  /** A control record says what it is here, and yields no events. */
  kind?: string
}

/** How a record was read; filled when asked for, for `explain`. */
export interface NormalizeTrace {
  format?: string
  /** The record's header named the format, or its signature was found in the line. */
  by?: 'name' | 'signature'
  /** In the order in which the fields were written. */
  origins?: FieldOrigin[]
}

export interface RecordNormalizerOptions {
  /** Part of the ids of records that bring none. */
  clusterId: string
  /** Where the record names none. Default: app. */
  dataset?: string
  /** Where the record names none. Default: default. */
  namespace?: string
  /** For times without a zone: IANA name or offset. Default: UTC. */
  timeZone?: string
  /** Most bytes of a line that is not UTF-8 to keep as base64. Default: 1 MiB. */
  originalBase64BytesMax?: number
}

export class RecordNormalizer {
  readonly #options: RecordNormalizerOptions
  readonly #sources = new SourceFactsReader()
  readonly #datasets: StreamPartReader
  readonly #namespaces: StreamPartReader
  readonly #topicHashes = new Map<string, string>()
  readonly #base64BytesMax: number
  #receivedAtMs = Number.NaN
  #receivedAt = ''

  /** @throws ConfigError for a time zone that does not exist */
  constructor(options: RecordNormalizerOptions) {
    const { timeZone = 'UTC' } = options
    if (!isTimeZone(timeZone)) {
      throw new ConfigError(
        'MILLRACE_CONFIG_VALUE',
        `timeZone must be UTC, an IANA name such as Europe/Berlin or an offset such as +02:00, got ${JSON.stringify(timeZone)}`,
      )
    }
    this.#options = options
    this.#datasets = new StreamPartReader(options.dataset ?? defaultDataset)
    this.#namespaces = new StreamPartReader(options.namespace ?? defaultNamespace)
    this.#base64BytesMax = options.originalBase64BytesMax ?? 1 << 20
  }

  /** Never throws, whatever the record holds. `receivedAtMs`: epoch ms at which it was read. */
  normalize(record: SourceRecord, receivedAtMs: number, trace?: NormalizeTrace): NormalizeOutcome {
    try {
      const source = this.#sources.read(record.headers)
      if (source === undefined) return rejected('MILLRACE_DECODE_HEADER', headerReason(record))
      const { kind } = source.facts
      if (kind !== undefined) return { events: [], rejections: [], kind }
      if (record.value === null) {
        return rejected(
          'MILLRACE_DECODE_EMPTY',
          'record has no value (a tombstone), expected a line',
        )
      }
      return this.#read(record, record.value, source, { receivedAtMs, trace })
    } catch (error) {
      // No record is known that gets here; one that does must not stop its partition.
      return rejected('MILLRACE_NORMALIZE_FAILED', errorText(error).slice(0, 256))
    }
  }

  #read(
    record: SourceRecord,
    value: Uint8Array,
    source: DecodedSource,
    { receivedAtMs, trace }: { receivedAtMs: number; trace: NormalizeTrace | undefined },
  ): NormalizeOutcome {
    const { facts } = source
    const decoded = decodeLine(value)
    const recordId = this.#recordId(record, source)
    const common = this.#recordFacts(record, source, { id: recordId, decoded, receivedAtMs })
    const times: TimestampOptions = {
      timeZone: this.#options.timeZone ?? 'UTC',
      nearMs: common.createdAtMs,
    }
    const writer = new EventWriter(readLine(decoded.text), times, trace?.origins)
    const named = facts.format === undefined ? undefined : findFormat(facts.format)
    writer.write(named)
    if (trace !== undefined) Object.assign(trace, writer.detection())
    const dataStream = `logs-${common.dataset.value}-${common.namespace.value}`
    const events: NormalizedEvent[] = []
    const { drafts } = writer
    for (let index = 0; index < drafts.length; index++) {
      const id = drafts.length === 1 ? recordId : nestedEventId(recordId, index)
      const draft = drafts[index]!
      if (!decoded.isUtf8) draft.keepsOriginal = true
      noteFormat(draft, writer.formatName, facts.format, named?.name)
      events.push({ id, dataStream, document: finishDocument(draft, id, common) })
    }
    return { events, rejections: [] }
  }

  #recordFacts(
    record: SourceRecord,
    { facts, minted }: DecodedSource,
    { id, decoded, receivedAtMs }: { id: string; decoded: DecodedLine; receivedAtMs: number },
  ): RecordFacts {
    const { timestampMs } = record
    const isKnown = timestampMs !== undefined && timestampMs > 0 && timestampMs <= receivedAtMs
    const parts = parseEventId(id)
    const dataset: StreamPart = this.#datasets.read(facts.dataset)
    const namespace: StreamPart = this.#namespaces.read(facts.namespace)
    const traceparent = record.headers['traceparent']
    return {
      facts,
      minted,
      instance: parts?.instance,
      sequence: parts?.sequence,
      dataset,
      namespace,
      createdAtMs: isKnown ? timestampMs : receivedAtMs,
      receivedAt: this.#toIso(receivedAtMs),
      traceparent: traceparent === undefined ? undefined : bytesToText(traceparent),
      text: decoded.text,
      originalBase64: decoded.isUtf8 ? undefined : this.#base64(record.value!),
    }
  }

  /** The minted id that is the record's key, else one made of the record's place in the topic. */
  #recordId({ topic, partition, offset, key }: SourceRecord, { minted }: DecodedSource): string {
    if (minted && key !== null) {
      const id = bytesToText(key)
      if (isEventId(id)) return id
    }
    let hash = this.#topicHashes.get(topic)
    if (hash === undefined) {
      hash = hashSource(this.#options.clusterId, topic)
      this.#topicHashes.set(topic, hash)
    }
    return offsetEventId(hash, partition, offset)
  }

  /** Remembers the last answer: a whole fetch is received at once. */
  #toIso(epochMs: number): string {
    if (epochMs !== this.#receivedAtMs) {
      this.#receivedAtMs = epochMs
      this.#receivedAt = new Date(epochMs).toISOString()
    }
    return this.#receivedAt
  }

  #base64(bytes: Uint8Array): string {
    const length = Math.min(bytes.byteLength, this.#base64BytesMax)
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('base64')
  }
}

/** Says which format read the line and, where the header named another, which one it named. */
// eslint-disable-next-line max-params
function noteFormat(
  draft: Draft,
  used: string,
  declared: SourceFacts['format'],
  declaredName: string | undefined,
): void {
  draft.document['millrace'] = { format: used }
  if (declared !== undefined && declaredName !== used) draft.note('declared_format', declared)
}

function rejected(code: Rejection['code'], reason: string): NormalizeOutcome {
  return { events: [], rejections: [{ ok: false, code, reason }] }
}

function headerReason(record: SourceRecord): string {
  const header = record.headers[headerName]
  const shown = header === undefined ? '' : bytesToText(header).slice(0, 200).toWellFormed()
  return `header ${headerName} must be a JSON object with "v": 1 or later, got ${JSON.stringify(shown)}`
}

function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
