// The shape of a document: which fields it has, and the text between their values, prepared once for all documents alike.
import type { EcsField, JsonObject, JsonValue } from '@millrace/ecs'
import { holdsSteady, holdsText, TextRun } from './document-text.ts'

/** Layouts that are remembered; past this many, the memory starts anew. Real services have a few hundred. */
const layoutsMax = 5000
let layoutsKnown = 0

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
  #runs: readonly TextRun[] | undefined
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
    let next = this.#next?.get(field.index)
    if (next === undefined) {
      if (++layoutsKnown > layoutsMax) {
        layoutsKnown = 0
        Layout.empty.#next = undefined
        Layout.empty.#latest = undefined
      }
      next = new Layout(this, field, this.size + 1)
      // Only now: it may just have been forgotten.
      this.#next ??= new Map()
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
    this.#runs ??= this.#prepare()
    let text = ''
    for (const run of this.#runs) {
      const part = run.write(values)
      if (part === undefined) return JSON.stringify(this.toObject(values)).slice(0, -1)
      text += part
    }
    return text + this.#end
  }

  #prepare(): TextRun[] {
    const runs: TextRun[] = []
    let run: TextRun | undefined
    let open: readonly string[] = []
    let quote = ''
    for (const { field, at } of inTextOrder(this.fields())) {
      const objects = field.segments.slice(0, -1)
      let shared = 0
      while (shared < objects.length && objects[shared] === open[shared]) shared++
      let before = runs.length === 0 ? '{' : `${quote}${'}'.repeat(open.length - shared)},`
      for (const name of objects.slice(shared)) before += `${JSON.stringify(name)}:{`
      quote = holdsText(field) ? '"' : ''
      before += `${JSON.stringify(field.segments.at(-1))}:${quote}`
      const steady = holdsSteady(field)
      if (run === undefined || run.isSteady !== steady) {
        run = new TextRun(steady)
        runs.push(run)
      }
      run.add(field, at, before)
      open = objects
    }
    this.#end = runs.length === 0 ? '{' : quote + '}'.repeat(open.length)
    return runs
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
