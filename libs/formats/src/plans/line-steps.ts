// A line taken apart for a plan: the values that may vary, and the bytes between them that may not.
import { readTimestamp } from '@millrace/ecs'
import { stackKeys } from '../error-fields.ts'
import { kinds } from './kinds.ts'
import { planMachine } from './plan-machine.ts'
import { freedomOf, type Leaf, type PlannedFormat, type Rule, ruleOf } from './value-rules.ts'

/** One value that may vary. */
export interface Step {
  /** All that stands between the value before and this one: keys, punctuation, values that decide. A character per byte. */
  constant: string
  kind: number
  start: number
  end: number
}

export interface Steps {
  steps: readonly Step[]
  /** What follows the last value; of a line without a plan, all up to the place that is the reason. */
  tail: string
  /** `always`: no line that goes on like this has a plan. `once`: this line's values are the reason. */
  refused: 'always' | 'once' | undefined
}

/** Values that may vary in one line. */
export const stepsMax = 64
const nestingMax = 8
/** Within the longest path that `attributes` takes. Unit: bytes. */
const pathMax = 480
/** Of values that decide. Unit: bytes. */
const literalMax = 64

const anyText = /"(?:[^"\\]|\\.)*"/y
const anyNumber = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const anyWord = /true|false|null/y
const blank = /[ \t\n\r]*/y

/** What a member of an object is, as far as errors go by it. */
type Member = 'text' | 'empty text' | 'other'

/**
 * Reads one valid JSON object in UTF-8, once. Each method says whether to go on. Its text is taken as a character per
 * byte here, so that a place in the text is a place in the line; all that JSON is made of looks the same like that.
 */
export class StepReader {
  readonly #text: string
  readonly #machine = planMachine()
  readonly #format: PlannedFormat
  readonly #steps: Step[] = []
  #refused: Steps['refused']
  #at = 0
  /** Where the step before ended. */
  #from = 0
  /** Of the root key at hand. */
  #rule: Rule = 'open'
  #hasTime = false
  /** An error's object, or its parts under dotted keys: both in one line would need a closer look. */
  #error: 'object' | 'dotted' | undefined

  constructor(line: Buffer, format: PlannedFormat) {
    this.#text = line.toString('latin1')
    this.#machine.place(line, 0, line.length)
    this.#format = format
  }

  read(): Steps {
    this.#skip(blank)
    if (this.#object('', 0, false)) this.#at = this.#text.length
    const tail = this.#text.slice(this.#from, this.#at)
    return { steps: this.#steps, tail, refused: this.#refused }
  }

  #refuse(how: 'always' | 'once'): false {
    this.#refused = how
    return false
  }

  #object(path: string, depth: number, isInArray: boolean): boolean {
    const members = new Map<string, Member>()
    this.#at++
    this.#skip(blank)
    while (this.#text[this.#at] !== '}') {
      const key = this.#key()
      // A key that occurs twice, or that has to be read with care.
      if (key === undefined || members.has(key)) return this.#refuse('always')
      members.set(key, this.#member())
      if (depth === 0 && !this.#rootKey(key)) return this.#refuse('always')
      const inner = depth === 0 ? key : `${path}.${key}`
      if (!this.#value(inner, depth, isInArray)) return false
      this.#skip(blank)
      if (this.#text[this.#at] === ',') this.#at++
      this.#skip(blank)
    }
    this.#at++
    return depth !== 1 || isInArray || this.#errorObject(members) || this.#refuse('always')
  }

  #member(): Member {
    if (this.#text[this.#at] !== '"') return 'other'
    return this.#text[this.#at + 1] === '"' ? 'empty text' : 'text'
  }

  /** And all up to its value; undefined for one with escapes. */
  #key(): string | undefined {
    const start = this.#at + 1
    this.#skip(anyText)
    const key = this.#text.slice(start, this.#at - 1)
    this.#skip(blank)
    this.#at++
    this.#skip(blank)
    return key.includes('\\') ? undefined : key
  }

  #rootKey(key: string): boolean {
    this.#rule = ruleOf(this.#format, key)
    if (this.#rule === 'time') {
      // Which of two is the line's time depends on both.
      if (this.#hasTime) return false
      this.#hasTime = true
    }
    if (key.startsWith('error.')) {
      if (this.#error === 'object') return false
      this.#error = 'dotted'
    }
    // An error's class may hide the logger's name.
    if (key === 'name' && this.#error !== undefined) return false
    return this.#rule !== 'refused'
  }

  /** An object under a root key that is an error: its stack is not looked into when it says class and message itself. */
  #errorObject(members: ReadonlyMap<string, Member>): boolean {
    const isShaped = isText(members.get('stack')) && isText(members.get('message'))
    if (this.#rule !== 'error' && !isShaped) return true
    if (this.#error !== undefined) return false
    this.#error = 'object'
    if (!stackKeys.some((key) => members.has(key))) return true
    return members.get('type') === 'text' && members.get('message') === 'text'
  }

  #value(path: string, depth: number, isInArray: boolean): boolean {
    if (path.length > pathMax || depth > nestingMax) return this.#refuse('always')
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(path, depth + 1, isInArray)
    if (first === '[') return this.#array(path, depth + 1)
    const isWord = this.#skip(anyWord)
    // Words are few: they are part of what does not vary.
    if (isWord || this.#text.startsWith('""', this.#at)) {
      if (!isWord) this.#at += 2
      return true
    }
    return this.#leaf({ path, isText: first === '"', isInArray, isAtRoot: depth === 0 })
  }

  #array(path: string, depth: number): boolean {
    this.#at++
    this.#skip(blank)
    while (this.#text[this.#at] !== ']') {
      if (!this.#value(path, depth, true)) return false
      this.#skip(blank)
      if (this.#text[this.#at] === ',') this.#at++
      this.#skip(blank)
    }
    this.#at++
    return true
  }

  #leaf(leaf: Leaf): boolean {
    const freedom = freedomOf(this.#rule, leaf)
    const start = leaf.isText ? this.#at + 1 : this.#at
    if (freedom === 'literal') {
      const isRead = this.#skip(leaf.isText ? anyText : anyNumber)
      return (isRead && this.#at - start <= literalMax) || this.#refuse('once')
    }
    if (freedom === 'refused') {
      // What a number's place begins with, other values' places begin with too.
      if (!leaf.isText) return this.#refuse('once')
      this.#at = start
      return this.#refuse('always')
    }
    if (freedom === kinds.urlPath) return this.#url(start)
    if (!this.#step(freedom, start)) return false
    if (!leaf.isText) return true
    return this.#text[this.#at++] === '"' || this.#refuse('once')
  }

  /** A request target that begins with a path; others are taken apart in other ways. */
  #url(start: number): boolean {
    if (this.#text[start] !== '/') return this.#refuse('once')
    if (!this.#step(kinds.urlPath, start + 1)) return false
    if (this.#text[this.#at] === '?' && !this.#step(kinds.urlQuery, this.#at + 1)) return false
    if (this.#text[this.#at] === '#' && !this.#step(kinds.urlFragment, this.#at + 1)) return false
    this.#at++
    return true
  }

  #step(freedom: number, start: number): boolean {
    const { kind, end } = this.#end(freedom, start)
    if (end < 0) return this.#refuse('once')
    if (this.#steps.length === stepsMax) return this.#refuse('always')
    this.#steps.push({ constant: this.#text.slice(this.#from, start), kind, start, end })
    this.#from = end
    this.#at = end
    return true
  }

  #end(kind: number, start: number): { kind: number; end: number } {
    const end = this.#machine.endOf(kind, start)
    if (kind === kinds.hex32 && end < 0) {
      return { kind: kinds.hex16, end: this.#machine.endOf(kinds.hex16, start) }
    }
    const isUnusable =
      kind === kinds.isoTime &&
      end >= 0 &&
      readTimestamp(this.#text.slice(start, end))?.zoned !== true
    return { kind, end: isUnusable ? -1 : end }
  }

  /** Past what `pattern` finds here, if it does. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }
}

function isText(member: Member | undefined): boolean {
  return member === 'text' || member === 'empty text'
}
