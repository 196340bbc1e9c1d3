// A record of the topic becomes documents, or a reason why not; the same code for the indexer and for `millrace explain`.
import { formatEpochMs, isTimeZone, type TimestampOptions } from '@millrace/ecs'
import {
  defaultDataset,
  defaultNamespace,
  hashSource,
  headerName,
  nestedEventId,
  offsetEventId,
  parseEventId,
  type RecordHeaders,
  replayedRecordId,
  SourceFactsReader,
} from '@millrace/envelope'
import { ConfigError, errorText, type Rejection } from '@millrace/foundation'
import { StreamPartReader } from './data-stream.ts'
import { type DecodedLine, decodeLine } from './decode.ts'
import { readLine } from './detect.ts'
import type { FieldOrigin } from './draft.ts'
import { EventWriter } from './event-writer.ts'
import { builtIn, FormatList } from './format-list.ts'
import type { LogFormat } from './format.ts'
import { finishDocument, type RecordFacts, RecordSource } from './finish-document.ts'
import type { NormalizedEvent } from './normalized-event.ts'

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
  /** The formats that read it, from the outermost envelope to the message itself. */
  layers?: string[]
  /** For each event, its fields in the order in which they were written. */
  origins?: FieldOrigin[][]
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
  /** The user's own formats, asked before the built-in ones: see `loadFormats`. Default: none. */
  formats?: readonly LogFormat[]
}

export class RecordNormalizer {
  readonly #options: RecordNormalizerOptions
  readonly #sources = new SourceFactsReader()
  readonly #datasets: StreamPartReader
  readonly #namespaces: StreamPartReader
  readonly #formats: FormatList
  readonly #topicHashes = new Map<string, string>()
  readonly #base64BytesMax: number
  #lastSource: { header: Buffer | undefined; source: RecordSource } | undefined

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
    this.#formats = options.formats === undefined ? builtIn : new FormatList(options.formats)
    this.#base64BytesMax = options.originalBase64BytesMax ?? 1 << 20
  }

  /** Never throws, whatever the record holds. `receivedAtMs`: epoch ms at which it was read. */
  normalize(record: SourceRecord, receivedAtMs: number, trace?: NormalizeTrace): NormalizeOutcome {
    try {
      const source = this.#source(record.headers)
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
    source: RecordSource,
    { receivedAtMs, trace }: { receivedAtMs: number; trace: NormalizeTrace | undefined },
  ): NormalizeOutcome {
    const declared = source.facts.format
    const decoded = decodeLine(value)
    const facts = this.#recordFacts(record, source, { decoded, receivedAtMs })
    const times: TimestampOptions = {
      timeZone: this.#options.timeZone ?? 'UTC',
      nearMs: facts.createdAtMs,
    }
    const isTraced = trace !== undefined
    const writer = new EventWriter(readLine(decoded.text), times, {
      formats: this.#formats,
      isTraced,
    })
    const named = declared === undefined ? undefined : this.#formats.find(declared)
    writer.write(named)
    const events: NormalizedEvent[] = []
    const { drafts } = writer
    for (let index = 0; index < drafts.length; index++) {
      const id = drafts.length === 1 ? facts.id : nestedEventId(facts.id, index)
      const draft = drafts[index]!
      // Each event of a batch may have a format of its own.
      facts.format = draft.formatName
      if (!decoded.isUtf8) draft.keepsOriginal = true
      if (declared !== undefined && named?.name !== facts.format) {
        draft.note('declared_format', declared)
      }
      events.push(finishDocument(draft, id, facts))
    }
    if (isTraced) {
      const origins = drafts.map((draft) => draft.origins ?? [])
      Object.assign(trace, writer.detection(), { layers: writer.layers, origins })
    }
    return { events, rejections: [] }
  }

  /** Undefined for a header that can't be read. Remembers the last header: those of one producer are all alike. */
  #source(headers: RecordHeaders): RecordSource | undefined {
    const header = headers[headerName]
    const last = this.#lastSource
    if (header !== undefined && last?.header !== undefined && last.header.equals(header)) {
      return last.source
    }
    const isBare = header === undefined && hasNoPlainName(headers)
    if (isBare && last !== undefined && last.header === undefined) return last.source
    const decoded = this.#sources.read(headers)
    if (decoded === undefined) return undefined
    const source = new RecordSource(decoded, {
      dataset: this.#datasets.read(decoded.facts.dataset),
      namespace: this.#namespaces.read(decoded.facts.namespace),
    })
    if (isBare) this.#lastSource = { header: undefined, source }
    // A copy: the record's bytes may be part of a whole fetch, which must not be held on to.
    else if (header !== undefined) this.#lastSource = { header: Buffer.from(header), source }
    return source
  }

  #recordFacts(
    record: SourceRecord,
    source: RecordSource,
    { decoded, receivedAtMs }: { decoded: DecodedLine; receivedAtMs: number },
  ): RecordFacts & { id: string } {
    const { timestampMs, key } = record
    const isKnown = timestampMs !== undefined && timestampMs > 0 && timestampMs <= receivedAtMs
    const keyText = source.minted && key !== null ? bytesToText(key) : undefined
    const parts = keyText === undefined ? undefined : parseEventId(keyText)
    const traceparent = record.headers['traceparent']
    return {
      // The minted id that is the record's key, else the one it had before a replay, else one made of its place.
      id: parts === undefined ? this.#placeId(record) : keyText!,
      source,
      format: '',
      instance: parts?.instance,
      sequence: parts?.sequence,
      createdAtMs: isKnown ? timestampMs : receivedAtMs,
      receivedAt: formatEpochMs(receivedAtMs),
      traceparent: traceparent === undefined ? undefined : bytesToText(traceparent),
      text: decoded.text,
      originalBase64: decoded.isUtf8 ? undefined : this.#base64(record.value!),
    }
  }

  #placeId({ topic, partition, offset, headers }: SourceRecord): string {
    const replayed = replayedRecordId(headers)
    if (replayed !== undefined) return replayed
    let hash = this.#topicHashes.get(topic)
    if (hash === undefined) {
      hash = hashSource(this.#options.clusterId, topic)
      this.#topicHashes.set(topic, hash)
    }
    return offsetEventId(hash, partition, offset)
  }

  #base64(bytes: Uint8Array): string {
    const length = Math.min(bytes.byteLength, this.#base64BytesMax)
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('base64')
  }
}

/** The headers of producers that know nothing of Millrace. */
function hasNoPlainName(headers: RecordHeaders): boolean {
  return (
    headers['format'] === undefined &&
    headers['service'] === undefined &&
    headers['dataset'] === undefined &&
    headers['namespace'] === undefined
  )
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
  if (bytes instanceof Buffer) return bytes.toString('utf8')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
