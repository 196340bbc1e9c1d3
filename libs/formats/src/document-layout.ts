// The shape of a document: which fields it has, and the text between their values, prepared once for all documents alike.
import type { EcsField, JsonObject, JsonValue } from '@millrace/ecs'

/** Layouts that are remembered; past this many, the memory starts anew. Real services have a few hundred. */
const layoutsMax = 5000
let layoutsKnown = 0

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

/** A set of fields in the order in which they were first set: a path in a tree that all documents share. */
export class Layout {
  static readonly empty = new Layout(undefined, undefined, 0)
  readonly parent: Layout | undefined
  /** The field that was set last; undefined for the empty layout alone. */
  readonly field: EcsField | undefined
  readonly size: number
  #next: Map<number, Layout> | undefined
  /** The one of `#next` that was asked for last, which most often is the one that is asked for again. */
  #latest: Layout | undefined
  #steps: readonly Step[] | undefined
  #end = ''

  constructor(parent: Layout | undefined, field: EcsField | undefined, size: number) {
    this.parent = parent
    this.field = field
    this.size = size
  }

  /** The layout with one more field. */
  with(field: EcsField): Layout {
    const latest = this.#latest
    if (latest !== undefined && latest.field === field) return latest
    this.#next ??= new Map()
    let next = this.#next.get(field.index)
    if (next === undefined) {
      if (++layoutsKnown > layoutsMax) {
        layoutsKnown = 0
        Layout.empty.#next = undefined
        Layout.empty.#latest = undefined
      }
      next = new Layout(this, field, this.size + 1)
      this.#next.set(field.index, next)
    }
    this.#latest = next
    return next
  }

  /** In the order of their values. */
  fields(): EcsField[] {
    const fields = this.parent?.fields() ?? []
    if (this.field !== undefined) fields.push(this.field)
    return fields
  }

  /** The document as nested objects. */
  toObject(values: readonly JsonValue[]): JsonObject {
    const document: JsonObject = {}
    for (const { field, at } of inTextOrder(this.fields())) {
      let target = document
      for (const name of field.segments.slice(0, -1)) {
        target[name] ??= {}
        target = target[name] as JsonObject
      }
      target[field.segments.at(-1)!] = values[at]!
    }
    return document
  }

  /** What JSON.stringify says of `toObject`, without the last brace, so that more members can follow. */
  toOpenText(values: readonly JsonValue[]): string {
    this.#steps ??= this.#prepare()
    let text = ''
    for (const { before, at, isText, isPlain } of this.#steps) {
      const value = values[at]!
      // Few long pieces: the engine joins them when the whole is written, and each piece costs.
      text += before
      if (isText) {
        if (typeof value !== 'string') return JSON.stringify(this.toObject(values)).slice(0, -1)
        text += isPlain ? value : escaped(value)
      } else text += typeof value === 'number' ? String(value) : JSON.stringify(value)
    }
    return text + this.#end
  }

  /** Quotes of texts belong to the constant text around them. */
  #prepare(): Step[] {
    const steps: Step[] = []
    let open: readonly string[] = []
    let quote = ''
    for (const { field, at } of inTextOrder(this.fields())) {
      const objects = field.segments.slice(0, -1)
      let shared = 0
      while (shared < objects.length && objects[shared] === open[shared]) shared++
      let before = steps.length === 0 ? '{' : `${quote}${'}'.repeat(open.length - shared)},`
      for (const name of objects.slice(shared)) before += `${JSON.stringify(name)}:{`
      before += `${JSON.stringify(field.segments.at(-1))}:`
      const isText = holdsText(field)
      quote = isText ? '"' : ''
      steps.push({ before: before + quote, at, isText, isPlain: holdsPlainText(field) })
      open = objects
    }
    this.#end = steps.length === 0 ? '{' : quote + '}'.repeat(open.length)
    return steps
  }
}

/** Members of one object side by side; otherwise in the order in which they were set. */
function inTextOrder(fields: readonly EcsField[]): { field: EcsField; at: number }[] {
  const tree: Tree = new Map()
  fields.forEach((field, at) => {
    let branch = tree
    for (const name of field.segments.slice(0, -1)) {
      let next = branch.get(name)
      if (!(next instanceof Map)) {
        next = new Map()
        branch.set(name, next)
      }
      branch = next
    }
    branch.set(field.segments.at(-1)!, { field, at })
  })
  return leaves(tree)
}

type Tree = Map<string, Tree | { field: EcsField; at: number }>

function leaves(tree: Tree): { field: EcsField; at: number }[] {
  return [...tree.values()].flatMap((branch) => (branch instanceof Map ? leaves(branch) : [branch]))
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

function holdsText({ type, array }: EcsField): boolean {
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
