// A record of the topic becomes documents, or a reason why not; the same code for the indexer and for `millrace explain`.
import { formatEpochMs, isTimeZone, type TimestampOptions } from '@millrace/ecs'
import {
  hashSource,
  headerName,
  nestedEventId,
  offsetEventId,
  parseEventId,
  type RecordHeaders,
  replayedRecordId,
} from '@millrace/envelope'
import { ConfigError, errorText, type Rejection } from '@millrace/foundation'
import { type DecodedLine, decodeLine } from './decode.ts'
import { readLine } from './detect.ts'
import type { FieldOrigin } from './draft.ts'
import { EventWriter } from './event-writer.ts'
import { builtIn, FormatList } from './format-list.ts'
import type { LogFormat } from './format.ts'
import { dayMs, finishDocument, type RecordFacts } from './finish-document.ts'
import type { NormalizedEvent } from './normalized-event.ts'
import { ByteWriter } from './plans/byte-writer.ts'
import { type Lesson } from './plans/line-plans.ts'
import { PlanBudget, type PlanBudgetOptions } from './plans/plan-budget.ts'
import { noTemplate } from './plans/plan-machine.ts'
import { PlannedEvent } from './plans/planned-event.ts'
import { PlannedLine } from './plans/planned-line.ts'
import { RecordCursor, type RecordRanges } from './plans/record-cursor.ts'
import { type RecordSource, RecordSources } from './record-source.ts'

/** A Kafka record, as far as a document depends on it. Key and value as ranges too where there are any. */
export interface SourceRecord extends Partial<RecordRanges> {
  topic: string
  partition: number
  offset: number
  /** Epoch ms; absent or not positive means unknown. */
  timestampMs?: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  headers: RecordHeaders
}

export interface NormalizeOutcome {
  events: NormalizedEvent[]
  /** Empty, or one: the record as a whole could not become a document. */
  rejections: Rejection[]
  /** A control record says what it is here, and yields no events. */
  kind?: string
  /** The sender says that the topic may hold the record twice. */
  isResent?: boolean
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
  /** What lines that are alike may keep in memory and cost to learn: see `PlanBudgetOptions`. */
  plans?: PlanBudgetOptions
}

export class RecordNormalizer {
  readonly #options: RecordNormalizerOptions
  readonly #sources: RecordSources
  readonly #formats: FormatList
  readonly #topicHashes = new Map<string, string>()
  readonly #base64BytesMax: number
  readonly #cursor = new RecordCursor()
  readonly #plannedLine = new PlannedLine(this.#cursor)
  /** For documents that are wanted as text. */
  readonly #written = new ByteWriter(Buffer.alloc(0))

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
    this.#sources = new RecordSources(options, new PlanBudget(options.plans))
    this.#formats = options.formats === undefined ? builtIn : new FormatList(options.formats)
    this.#base64BytesMax = options.originalBase64BytesMax ?? 1 << 20
  }

  /**
   * The quick way, for a record whose line is like one before, as most are: its document can be written from the bytes
   * that were fetched, without text or objects in between. Undefined for any other record, which `normalize` has to be
   * asked for. The answer holds until the next record is asked for.
   */
  plan(record: SourceRecord, receivedAtMs: number): PlannedLine | undefined {
    const source = this.#sources.read(record.headers)
    if (source === undefined || source.facts.kind !== undefined) return undefined
    const found = this.#find(record, source, receivedAtMs)
    return found > 0 ? this.#plannedLine.set(source, found) : undefined
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
      const outcome = this.#read(record, record.value, source, { receivedAtMs, trace })
      if (source.facts.resent === true) outcome.isResent = true
      return outcome
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
    const found =
      trace === undefined ? this.#find(record, source, receivedAtMs) : noTemplate.refused
    if (found > 0) return this.#byPlan(this.#plannedLine.set(source, found))
    const decoded = decodeLine(value)
    const { text } = decoded
    const facts = this.#recordFacts(record, source, { decoded, receivedAtMs })
    const { events, format } = this.#readByRules(text, facts, trace)
    // Its sequence was issued, and the audit asks what became of it. Nobody asks for a foreign control message.
    if (events.length === 0 && source.minted) {
      return rejected('MILLRACE_DECODE_EMPTY', `${format} record holds no event`)
    }
    if (found === noTemplate.unknown && facts.isUtf8 && (format === 'pino' || format === 'ecs')) {
      this.#learn({ format, facts, documentText: events[0]!.documentText })
    }
    return { events, rejections: [] }
  }

  /** The plan for a record's line, with which the cursor then stands on the record. */
  #find(record: SourceRecord, source: RecordSource, receivedAtMs: number): number {
    const cursor = this.#cursor
    const { refused } = noTemplate
    if (!this.#mayBePlanned(record, source) || !cursor.place(record, receivedAtMs)) return refused
    if (!source.minted) cursor.placeId(this.#placeId(record))
    else if (!cursor.placeKey(record)) return refused
    return source.plans.find(cursor, cursor.createdAtMs + dayMs)
  }

  #byPlan(line: PlannedLine): NormalizeOutcome {
    const written = this.#written
    written.length = 0
    line.writeDocument(written)
    const documentText = written.bytes.toString('utf8', 0, written.length)
    return { events: [new PlannedEvent(line.id, line.dataStream, documentText)], rejections: [] }
  }

  /** Recognizes, parses, places and finishes. `format`: the outermost. */
  #readByRules(
    text: string,
    facts: RecordFacts,
    trace: NormalizeTrace | undefined,
  ): { events: NormalizedEvent[]; format: string } {
    const declared = facts.source.facts.format
    const times: TimestampOptions = {
      timeZone: this.#options.timeZone ?? 'UTC',
      nearMs: facts.createdAtMs,
    }
    const isTraced = trace !== undefined
    const writer = new EventWriter(readLine(text), times, { formats: this.#formats, isTraced })
    const named = declared === undefined ? undefined : this.#formats.find(declared)
    writer.write(named)
    const events: NormalizedEvent[] = []
    const { drafts } = writer
    for (let index = 0; index < drafts.length; index++) {
      const id = drafts.length === 1 ? facts.id : nestedEventId(facts.id, index)
      const draft = drafts[index]!
      // Each event of a batch may have a format of its own.
      facts.format = draft.formatName
      if (!facts.isUtf8) draft.keepsOriginal = true
      if (declared !== undefined && named?.name !== facts.format) {
        draft.note('declared_format', declared)
      }
      events.push(finishDocument(draft, id, facts))
    }
    if (isTraced) {
      const origins = drafts.map((draft) => draft.origins ?? [])
      Object.assign(trace, writer.detection(), { layers: writer.layers, origins })
    }
    return { events, format: writer.outerName }
  }

  /** Whether a plan can tell all there is to say of such a record. */
  #mayBePlanned({ headers }: SourceRecord, { facts }: RecordSource): boolean {
    return (
      headers['traceparent'] === undefined &&
      facts.truncated === undefined &&
      // What formats of the user look for is not known here.
      this.#formats.own.length === 0
    )
  }

  /** From the line that the cursor stands on. */
  #learn(lesson: Omit<Lesson, 'read' | 'line' | 'record'>): void {
    lesson.facts.source.plans.learn({
      ...lesson,
      line: this.#cursor,
      record: this.#cursor,
      read: (text, facts) => {
        const { events } = this.#readByRules(text, facts, undefined)
        return events.length === 1 ? events[0]!.documentText : undefined
      },
    })
  }

  #recordFacts(
    record: SourceRecord,
    source: RecordSource,
    { decoded, receivedAtMs }: { decoded: DecodedLine; receivedAtMs: number },
  ): RecordFacts {
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
      transit: isKnown
        ? { delayMs: receivedAtMs - timestampMs, partition: record.partition }
        : undefined,
      traceparent: traceparent === undefined ? undefined : bytesToText(traceparent),
      text: decoded.text,
      isUtf8: decoded.isUtf8,
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
