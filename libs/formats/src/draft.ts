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
import { Layout } from './document-layout.ts'
import { addLeftover, cleanKey, type Overlong } from './leftover.ts'
import { joinLines, readFlattened, readId, readerOf, readers } from './field-reader.ts'
import type { SourceObject, SourceValue } from './parse-json.ts'

/** One step of `explain`: which part of the line became which field. */
export interface FieldOrigin {
  path: string
  /** The key of the line that the value came from; empty for what the format read from its text. */
  from: string
  /** Whether the line said it, or the record around the line. */
  by: 'line' | 'record'
}

/** Looked up once: most lines of numbered levels pass by. */
const levelField = ecsFields.get('log.level')!
const severityField = ecsFields.get('event.severity')!

/** Where a field's value is among the draft's: one table for each draft at work, lent and given back clean. */
const tables: Uint16Array[] = []
const tablesKept = 64

export class Draft {
  /** The parsed line, for rules that look at a neighbouring key. */
  source: SourceObject = {}
  /** Keys of `source` that a format has dealt with before it loops over the rest. */
  readonly taken: string[] = []
  /** True once an error object was mapped: a second one is leftover. */
  hasError = false
  /** The line has to be kept in `event.original`. */
  keepsOriginal = false
  /** The innermost format that reads this event: its name goes to `millrace.format`. */
  formatName = ''
  /** The event's own part of a record that holds several, for `event.original`; default: the record's text. */
  original: string | undefined
  /** The logger's name, where it may stand for the service's. */
  serviceFallback: string | undefined
  /** An `event` text: the message of structlog, unless there is another. */
  eventText: string | undefined
  /** Epoch ms of `@timestamp`, once it is set. */
  timestampMs: number | undefined
  /** What the next `put` takes its value from; read only when origins are recorded. */
  from = ''
  by: FieldOrigin['by'] = 'line'
  origins: FieldOrigin[] | undefined
  readonly times: TimestampOptions
  #attributes: JsonObject | undefined
  #notes: JsonObject | undefined
  readonly #overlong: Overlong = []
  #layout: Layout = Layout.empty
  readonly #values: JsonValue[] = []
  /** Index in `#values`, plus 1, by the field's index; 0 for fields that are not set. */
  readonly #places: Uint16Array = tables.pop() ?? new Uint16Array(ecsFields.size)

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
    return field !== undefined && this.putInto(field, value)
  }

  /** `put` for whoever has looked the field up already. */
  putInto(field: EcsField, value: SourceValue): boolean {
    if (value === null || value === undefined || this.#places[field.index] !== 0) return false
    const usable = this.#read(field, value)
    if (usable === undefined) return false
    this.set(field, usable)
    return true
  }

  /** Sets a field without any question; for values that Millrace itself made. */
  set(field: EcsField, value: JsonValue): void {
    const place = this.#places[field.index]!
    if (place !== 0) this.#values[place - 1] = value
    else {
      this.#places[field.index] = this.#values.push(value)
      this.#layout = this.#layout.with(field)
    }
    if (this.origins !== undefined) this.#noteOrigin(field.path, this.from)
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
    return field === undefined ? undefined : this.valueOf(field)
  }

  /** `get` for whoever has looked the field up already. */
  valueOf(field: EcsField): JsonValue | undefined {
    const place = this.#places[field.index]!
    return place === 0 ? undefined : this.#values[place - 1]
  }

  /** The fields set so far, as nested objects. */
  get document(): JsonObject {
    return this.#layout.toObject(this.#values)
  }

  /** Hands over what was set. The draft must not be used any more. */
  finish(): { layout: Layout; values: readonly JsonValue[] } {
    for (let layout = this.#layout; layout.parent !== undefined; layout = layout.parent) {
      this.#places[layout.field!.index] = 0
    }
    if (tables.length < tablesKept) tables.push(this.#places)
    return { layout: this.#layout, values: this.#values }
  }

  /** Keeps a value of the line in `attributes`, under the key it had. */
  leave(key: string, value: SourceValue, from = key): void {
    if (value === undefined) return
    // Our own facts are in `attributes.millrace`; the line's facts of that name must not look like ours.
    const isOurName = key.startsWith('millrace') && (key.length === 8 || key[8] === '.')
    const name = isOurName ? `millrace.input${key.slice('millrace'.length)}` : key
    this.#attributes ??= {}
    addLeftover(this.#attributes, name, value, this.#overlong)
    if (this.origins !== undefined) this.#noteOrigin(`attributes.${cleanKey(name)}`, from)
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
    if (typeof value !== 'number' || this.valueOf(levelField) !== undefined) return false
    const level = severityFromNumber(value, scale)
    if (level === undefined) return false
    if (!this.putInto(severityField, value)) this.leave('level', value)
    this.set(levelField, level)
    return true
  }

  /** The leftover object for the finished document; undefined when nothing is left over. */
  attributes(): JsonObject | undefined {
    if (this.#overlong.length > 0) this.note('overlong', this.#overlong)
    if (this.#notes === undefined) return this.#attributes
    return { ...this.#attributes, millrace: this.#notes }
  }

  #noteOrigin(path: string, from: string): void {
    this.origins!.push({ path, from, by: this.by })
  }

  #read(field: EcsField, value: SourceValue): JsonValue | undefined {
    switch (readerOf[field.index]) {
      case readers.byType:
        return coerce(field, value)
      case readers.keyword:
        return typeof value === 'string' ? value.toWellFormed() : coerce(field, value)
      case readers.text:
        return this.#readText(field, value)
      case readers.level:
        return this.#readLevel(value)
      case readers.time:
        return this.#readTime(field, value)
      case readers.id:
        return readId(value)
      case readers.stack:
        return coerce(field, joinLines(value))
      case readers.flattened:
        return readFlattened(value)
      default:
        return undefined
    }
  }

  #readText(field: EcsField, value: SourceValue): JsonValue | undefined {
    const text = typeof value === 'string' ? value.toWellFormed() : coerce(field, value)
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
