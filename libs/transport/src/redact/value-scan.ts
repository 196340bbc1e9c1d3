// Redaction by value: runs the patterns over each text and number of a line of JSON, or over a whole line of any other kind.
import { isUtf8 } from 'node:buffer'
import { backslash, lowerU, quote } from './bytes.ts'
import { type Edit, isRedacted, redactedText } from './edits.ts'
import type { Finder } from './patterns.ts'
import { closingQuote } from './value-ends.ts'

const noEdits: readonly Edit[] = []
const openBrace = 0x7b
const openBracket = 0x5b
const numberText = /-?\d[\d.eE+-]*/g
const escapes = /\\(?:\\|[nrtbf]|u[0-9a-f]{4})/gi

interface Place {
  from: number
  to: number
}

export class ValueScan {
  readonly #finders: readonly Finder[]
  readonly #isAnchored: boolean
  #places: Place[] = []

  constructor(finders: readonly Finder[]) {
    this.#finders = finders
    this.#isAnchored = finders.some((finder) => finder.isAnchored)
  }

  /** What has to give way, in order and without overlaps. */
  find(line: Buffer): readonly Edit[] {
    if (this.#finders.length === 0 || !this.#isWorthIt(line)) return noEdits
    const edits: Edit[] = []
    if (!isJson(line)) this.#findInText(line, 0, line.length, edits)
    else {
      let from = 0
      for (let at = line.indexOf(quote); at !== -1; at = line.indexOf(quote, from)) {
        this.#findInNumbers(line, from, at, edits)
        const end = closingQuote(line, at + 1, 0)?.at ?? line.length
        this.#findInText(line, at + 1, end, edits)
        from = end + 1
      }
      this.#findInNumbers(line, from, line.length, edits)
    }
    return edits
  }

  /** One look at the whole line; most have nothing. */
  #isWorthIt(line: Buffer): boolean {
    return this.#isAnchored || this.#run(readable(line).text).length > 0
  }

  /** The bytes between the texts of JSON: a number that holds a find becomes a text as a whole. */
  #findInNumbers(line: Buffer, from: number, to: number, edits: Edit[]): void {
    if (to - from < 3) return
    const between = line.toString('latin1', from, to)
    for (const { 0: number, index } of between.matchAll(numberText)) {
      if (this.#run(number).length === 0) continue
      const text = `"${redactedText}"`
      edits.push({ from: from + index, to: from + index + number.length, text })
    }
  }

  #findInText(line: Buffer, from: number, to: number, edits: Edit[]): void {
    if (from >= to) return
    const bytes = line.subarray(from, to)
    const { text, hasEscapes } = readable(bytes)
    const found = this.#run(text)
    if (found.length === 0) return
    const edges = new Escapes(line, hasEscapes ? from : to, to)
    // Places in the text are places in the bytes only where each character is one byte.
    const isWide = text.length !== bytes.length
    let place = 0
    let at = from
    for (const { from: start, to: end } of found) {
      const first = isWide ? at + Buffer.byteLength(text.slice(place, start)) : from + start
      const last = isWide ? first + Buffer.byteLength(text.slice(start, end)) : from + end
      place = end
      at = last
      const whole = edges.whole(first, last)
      const before = edits.at(-1)
      if (before !== undefined && whole.from < before.to) before.to = Math.max(before.to, whole.to)
      else if (!isRedacted(line, whole.from, whole.to)) edits.push({ ...whole, text: redactedText })
    }
  }

  /** Places that the patterns found, in order; those that overlap are one. */
  #run(text: string): readonly Place[] {
    const places = this.#places
    places.length = 0
    const found = (from: number, to: number): void => {
      places.push({ from, to })
    }
    for (const finder of this.#finders) finder.find(text, found)
    if (places.length < 2) return places
    places.sort((left, right) => left.from - right.from)
    const apart: Place[] = []
    for (const place of places) {
      const last = apart.at(-1)
      if (last !== undefined && place.from < last.to) last.to = Math.max(last.to, place.to)
      else apart.push(place)
    }
    return apart
  }
}

function isJson(line: Buffer): boolean {
  if (line[0] !== openBrace && line[0] !== openBracket) return false
  try {
    JSON.parse(line.toString('utf8', 0, line.length))
    return true
  } catch {
    return false
  }
}

/** As text, of the same length with its escapes made blank. What is no UTF-8 is taken byte for byte. */
function readable(bytes: Buffer): { text: string; hasEscapes: boolean } {
  const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
  const hasEscapes = text.includes('\\')
  return { text: hasEscapes ? text.replaceAll(escapes, blank) : text, hasEscapes }
}

/** Of the same length: an escaped line feed separates words, an escaped letter is one. */
function blank(escape: string): string {
  if (escape === '\\\\') return escape
  const isWord = escape.length === 6 && Number.parseInt(escape.slice(2), 16) >= 0x80
  return (isWord ? 'a' : ' ').repeat(escape.length)
}

/** Goes from escape to escape of a text, so that none is cut into two. */
class Escapes {
  readonly #line: Buffer
  readonly #to: number
  #next: number

  constructor(line: Buffer, from: number, to: number) {
    this.#line = line
    this.#to = to
    this.#next = this.#find(from)
  }

  /** The place, widened. Places have to come in order. */
  whole(from: number, to: number): Place {
    while (this.#next < from && this.#end <= from) this.#next = this.#find(this.#end)
    const place = { from: Math.min(from, this.#next), to }
    for (; this.#next < to; this.#next = this.#find(this.#end)) place.to = Math.max(to, this.#end)
    return place
  }

  /** First byte behind the escape that is next. */
  get #end(): number {
    const length = this.#line[this.#next + 1] === lowerU ? 6 : 2
    return Math.min(this.#to, this.#next + length)
  }

  #find(from: number): number {
    const at = from < this.#to ? this.#line.indexOf(backslash, from) : -1
    return at === -1 ? Number.POSITIVE_INFINITY : at
  }
}
