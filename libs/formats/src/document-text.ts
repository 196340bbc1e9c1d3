// The text of one part of a document: constant text prepared once, and the values between it.
import type { EcsField, JsonValue } from '@millrace/ecs'

/** One value's place in the text of a document. */
interface Step {
  /** What stands before the value: punctuation, keys, opened and closed braces. */
  before: string
  /** The value's index. */
  at: number
  isText: boolean
  /** The value can't hold a character that JSON escapes. */
  isPlain: boolean
}

/** Longer values are not remembered. Unit: UTF-16 units. */
const steadyTextMax = 256

/** Fields side by side in the text. The values of steady ones are seldom others than in the line before. */
export class TextRun {
  readonly isSteady: boolean
  readonly #steps: Step[] = []
  /** Of a steady run: the values of the line before, and their text once they were seen twice. */
  #seen: JsonValue[] = []
  #text: string | undefined

  constructor(steady: boolean) {
    this.isSteady = steady
  }

  /** Quotes of texts belong to the constant text around them: `before` ends, and the next one begins, with them. */
  add(field: EcsField, at: number, before: string): void {
    this.#steps.push({ before, at, isText: holdsText(field), isPlain: holdsPlainText(field) })
  }

  /** Undefined for a field of texts whose value is none, as in an array in place of a text. */
  write(values: readonly JsonValue[]): string | undefined {
    if (!this.isSteady) return this.#join(values)
    const steps = this.#steps
    const seen = this.#seen
    for (let index = 0; index < steps.length; index++) {
      if (seen[index] !== values[steps[index]!.at]) return this.#remember(values)
    }
    // One flat piece: joined strings of many pieces cost again each time they are written out.
    this.#text ??= flat(this.#join(values))
    return this.#text
  }

  #remember(values: readonly JsonValue[]): string | undefined {
    this.#text = undefined
    for (const [index, { at, isPlain }] of this.#steps.entries()) {
      const value = values[at]!
      if (typeof value === 'string' && value.length <= steadyTextMax) {
        this.#seen[index] = isPlain ? value : ownCopy(value)
      } else {
        // NaN equals nothing, not even itself.
        this.#seen[index] = typeof value === 'number' ? value : Number.NaN
      }
    }
    return this.#join(values)
  }

  #join(values: readonly JsonValue[]): string | undefined {
    let text = ''
    for (const { before, at, isText, isPlain } of this.#steps) {
      const value = values[at]!
      text += before
      if (isText) {
        if (typeof value !== 'string') return undefined
        text += isPlain ? value : escaped(value)
      } else text += typeof value === 'number' ? String(value) : JSON.stringify(value)
    }
    return text
  }
}

const textTypes = new Set<EcsField['type']>([
  'keyword',
  'wildcard',
  'constant_keyword',
  'match_only_text',
  'date',
  'ip',
])
/** Written by Millrace itself, in letters, digits and `-`, `_`, `.`. */
const plainPaths = new Set(['log.level', 'event.id'])

/** What one process says of itself in every line, and the time of a fetch. */
const steadyPaths = new Set([
  'event.created',
  'event.ingested',
  'event.dataset',
  'log.logger',
  'process.pid',
  'host.hostname',
  'host.name',
  'service.name',
  'service.version',
  'service.environment',
  'service.node.name',
  'agent.type',
  'agent.version',
  'agent.ephemeral_id',
])

export function holdsSteady({ path }: EcsField): boolean {
  return steadyPaths.has(path)
}

export function holdsText({ type, array }: EcsField): boolean {
  return !array && textTypes.has(type)
}

function holdsPlainText({ type, path }: EcsField): boolean {
  return type === 'date' || type === 'ip' || plainPaths.has(path)
}

/** Past this, looking at each character in JavaScript costs more than the call into the engine. Unit: UTF-16 units. */
const quickTextMax = 48

/** A text as it stands between quotes in JSON; short ones that need no escape, which most are, go without a call. */
function escaped(text: string): string {
  const { length } = text
  if (length > quickTextMax) return JSON.stringify(text).slice(1, -1)
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) {
      return JSON.stringify(text).slice(1, -1)
    }
  }
  return text
}

/** The same text in one piece of memory: asking for a character makes the engine join the pieces. */
function flat(text: string | undefined): string | undefined {
  text?.charCodeAt(0)
  return text
}

/** The engine copies shorter parts of a text; longer ones are windows that hold on to the whole. Unit: UTF-16 units. */
const windowMin = 13

/** An equal text that holds on to nothing, such as the long line that it is a part of. */
export function ownCopy(text: string): string {
  return text.length < windowMin ? text : (JSON.parse(JSON.stringify(text)) as string)
}
