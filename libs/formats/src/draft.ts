// A document in the making: every format writes through it, so every rule about fields is here once.
import {
  coerce,
  type EcsField,
  ecsFields,
  type EcsPath,
  type JsonObject,
  type JsonValue,
  readTimestamp,
  severityFromNumber,
  severityFromText,
  type SeverityScale,
  type TimestampOptions,
} from '@millrace/ecs'
import { stripAnsi } from './ansi.ts'
import { addLeftover, cleanKey, type Overlong } from './leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'

/** One step of `explain`: which part of the line became which field. */
export interface FieldOrigin {
  path: string
  /** The key of the line that the value came from; empty for what the format worked out. */
  from: string
}

/** Fields that only Millrace writes (DESIGN.md 2.3); the same names in a line are leftover. */
const ownPaths = new Set<string>([
  'ecs.version',
  'event.id',
  'event.dataset',
  'event.created',
  'event.ingested',
  'data_stream.type',
  'data_stream.dataset',
  'data_stream.namespace',
])

const flattenedTextMax = 8000
const hexId = /^[0-9a-fA-F-]+$/
const zeroId = /^[0-]*$/

export class Draft {
  readonly document: JsonObject = {}
  /** The parsed line, for rules that look at a neighbouring key. */
  source: SourceObject = {}
  /** Keys of `source` that a format has dealt with before it loops over the rest. */
  readonly taken: string[] = []
  /** True once an error object was mapped: a second one is leftover. */
  hasError = false
  /** The line has to be kept in `event.original`. */
  keepsOriginal = false
  /** The logger's name, where it may stand for the service's (DESIGN.md 2.3). */
  serviceFallback: string | undefined
  /** An `event` text: the message of structlog, unless there is another. */
  eventText: string | undefined
  /** Epoch ms of `@timestamp`, once it is set. */
  timestampMs: number | undefined
  /** What the next `put` takes its value from; read only when origins are recorded. */
  from = ''
  origins: FieldOrigin[] | undefined
  readonly times: TimestampOptions
  #attributes: JsonObject | undefined
  #notes: JsonObject | undefined
  readonly #overlong: Overlong = []

  constructor(times: TimestampOptions) {
    this.times = times
  }

  /**
   * Sets an ECS field from the line, with the field's type. False when it is set already, when it is not the line's
   * to set, or when the value does not fit: the caller then keeps the value with `leave`.
   */
  put(path: EcsPath, value: SourceValue): boolean {
    return this.putField(path, value)
  }

  /** `put` for a path that is only known at run time; false for one that ECS has not. */
  putField(path: string, value: SourceValue): boolean {
    const field = ecsFields.get(path)
    if (field === undefined || ownPaths.has(path)) return false
    if (value === null || value === undefined || this.has(path)) return false
    const usable = this.#read(field, value)
    if (usable === undefined) return false
    this.set(field, usable)
    return true
  }

  /** Sets a field without any question; for values that Millrace itself made. */
  set(field: EcsField, value: JsonValue): void {
    const { segments } = field
    const last = segments.length - 1
    let target = this.document
    for (let depth = 0; depth < last; depth++) {
      const name = segments[depth]!
      let next = target[name] as JsonObject | undefined
      if (next === undefined) {
        next = {}
        target[name] = next
      }
      target = next
    }
    target[segments[last]!] = value
    this.origins?.push({ path: field.path, from: this.from })
  }

  /** `set` by path. */
  setOwn(path: EcsPath, value: JsonValue): void {
    this.set(ecsFields.get(path)!, value)
  }

  has(path: string): boolean {
    return this.get(path) !== undefined
  }

  get(path: string): JsonValue | undefined {
    const field = ecsFields.get(path)
    if (field === undefined) return undefined
    let target: JsonValue | undefined = this.document
    for (const name of field.segments) {
      if (target === undefined) return undefined
      target = (target as JsonObject)[name]
    }
    return target
  }

  /** Keeps a value of the line in `attributes`, under the key it had. */
  leave(key: string, value: SourceValue): void {
    if (value === undefined) return
    // Our own facts are in `attributes.millrace`; the line's facts of that name must not look like ours.
    const isOurName = key === 'millrace' || key.startsWith('millrace.')
    const name = isOurName ? `millrace.input${key.slice('millrace'.length)}` : key
    this.#attributes ??= {}
    addLeftover(this.#attributes, name, value, this.#overlong)
    this.origins?.push({ path: `attributes.${cleanKey(name)}`, from: key })
  }

  /** `put`, or `leave` under `key`. */
  take(path: EcsPath, key: string, value: SourceValue): void {
    if (!this.put(path, value)) this.leave(key, value)
  }

  /** A fact of our own about this event, in `attributes.millrace`. */
  note(name: string, value: JsonValue): void {
    this.#notes ??= {}
    this.#notes[name] = value
  }

  tag(tag: string): void {
    const tags = this.get('tags')
    this.setOwn('tags', Array.isArray(tags) ? [...tags, tag] : [tag])
  }

  /** A level number of a known family: `event.severity` keeps it, `log.level` says it in words. */
  putSeverity(value: SourceValue, scale: SeverityScale): boolean {
    if (typeof value !== 'number' || this.has('log.level')) return false
    const level = severityFromNumber(value, scale)
    if (level === undefined) return false
    if (!this.put('event.severity', value)) this.leave('level', value)
    this.setOwn('log.level', level)
    return true
  }

  /** The leftover object for the finished document; undefined when nothing is left over. */
  attributes(): JsonObject | undefined {
    if (this.#overlong.length > 0) this.note('overlong', this.#overlong)
    if (this.#notes === undefined) return this.#attributes
    return { ...this.#attributes, millrace: this.#notes }
  }

  #read(field: EcsField, value: SourceValue): JsonValue | undefined {
    switch (field.path) {
      case 'message':
      case 'error.message':
        return this.#readText(field, value)
      case 'log.level':
        return this.#readLevel(value)
      case 'trace.id':
      case 'span.id':
      case 'transaction.id':
        return readId(value)
      case 'error.stack_trace':
        return coerce(field, Array.isArray(value) ? joinLines(value) : value)
    }
    if (field.type === 'date') return this.#readTime(field, value)
    if (field.type === 'flattened') return readFlattened(value)
    return coerce(field, value)
  }

  #readText(field: EcsField, value: SourceValue): JsonValue | undefined {
    const text = coerce(field, value)
    if (typeof text !== 'string') return undefined
    const plain = stripAnsi(text)
    if (plain !== text) this.keepsOriginal = true
    return plain
  }

  #readLevel(value: SourceValue): JsonValue | undefined {
    if (typeof value !== 'string') return undefined
    const severity = severityFromText(value)
    if (severity === undefined) return undefined
    const plain = stripAnsi(value)
    if (plain !== value) this.keepsOriginal = true
    if (!severity.exact) this.leave('level', plain)
    return severity.level
  }

  #readTime(field: EcsField, value: SourceValue): JsonValue | undefined {
    const time = readTimestamp(value, this.times)
    if (time === undefined) return undefined
    if (field.path === '@timestamp') {
      this.timestampMs = time.epochMs
      if (!time.zoned) this.put('event.timezone', this.times.timeZone ?? 'UTC')
    }
    return time.iso
  }
}

/** Correlation ids: text, hex ones in lower case; empty or all zero means none (OTLP `LogRecord.trace_id`). */
function readId(value: SourceValue): string | undefined {
  if (typeof value !== 'string' || zeroId.test(value)) return undefined
  const id = value.toWellFormed()
  return hexId.test(id) ? id.toLowerCase() : id
}

function joinLines(lines: SourceValue[]): string | undefined {
  if (lines.length === 0 || lines.some((line) => typeof line !== 'string')) return undefined
  return lines.join('\n')
}

/** An object for a `flattened` field without limits of its own; undefined when part of it would break those of Lucene. */
function readFlattened(value: SourceValue): JsonObject | undefined {
  if (!isSourceObject(value)) return undefined
  const overlong: Overlong = []
  const holder: JsonObject = {}
  addLeftover(holder, 'value', value, overlong)
  const isSafe = overlong.length === 0 && isShort(holder['value']!)
  return isSafe ? (holder['value'] as JsonObject) : undefined
}

function isShort(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length <= flattenedTextMax
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isShort)
}
