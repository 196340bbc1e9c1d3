// Redaction by name: finds each `name: value` and `name=value` of a line, in whatever notation, in one pass over its bytes.
import {
  apostrophe,
  backslash,
  backslashesBefore,
  bytesOf,
  colon,
  equals,
  isBlank,
  isNameByte,
  isSpace,
  lowerU,
  quote,
  quoteLevel,
  quoteText,
} from './bytes.ts'
import { type Edit, isRedacted, redactedText } from './edits.ts'
import { isPairValue, type KeyNames, nameMaxBytes } from './key-names.ts'
import {
  bracketEnd,
  closingMark,
  closingQuote,
  elementEnd,
  nameFollows,
  runEnd,
  scalarEnd,
  textEnd,
  tokenEnd,
} from './value-ends.ts'
import { pairName } from './pair-name.ts'
import { passwordInUrl } from './url-password.ts'

const backtick = 0x60
const slash = 0x2f
const semicolon = 0x3b
const closeBracket = 0x5d
const greaterThan = 0x3e
const lessThan = 0x3c
const isMark = Uint8Array.from({ length: 256 }, (_, byte) =>
  [quote, backslash, colon, equals, greaterThan].includes(byte) ? 1 : 0,
)
const noEdits: readonly Edit[] = []
/** Blanks between a name and its separator. */
const blanksMax = 16

/** These say how something is, not what it is. */
const plainValues = /^(true|false|null|undefined|none|nil|True|False|None)$/
const schemeAndToken = /^(bearer|basic|token|negotiate|ntlm|apikey|key)$/i
const schemeAndParameters = /^(digest|oauth|hawk|aws4-hmac-sha256|signature|mac)$/i
/** What may stand behind a value without belonging to it. */
const trailing = bytesOf(',;)]}>')
const isOpening = (byte: number | undefined): boolean => byte === 0x7b || byte === 0x5b

interface Name {
  text: string
  /** Of its quotes; undefined for a name without. */
  level: number | undefined
}

/** Holds what is known of one line while it is looked through. Used again for the next. */
export class SecretScan {
  readonly #names: KeyNames
  #line: Buffer = Buffer.alloc(0)
  /** Whether the place lies between two quotes of the line itself. */
  #isInText = false
  /** Up to where no closing apostrophe or backtick is, so that none is looked for twice. */
  readonly #unclosed = new Map<number, number>()

  constructor(names: KeyNames) {
    this.#names = names
  }

  /** What has to give way, in order. Work grows with the line's length and with nothing else. */
  find(line: Buffer): readonly Edit[] {
    const names = this.#names
    const { length } = line
    let hasEscapes = false
    let isInText = false
    let edits: Edit[] | undefined
    this.#line = line
    if (this.#unclosed.size > 0) this.#unclosed.clear()
    for (let at = 0; at < length; at++) {
      const byte = line[at]!
      if (isMark[byte] === 0) continue
      if (byte === quote) isInText = !isInText
      else if (byte === backslash) {
        const end = runEnd(line, at)
        if (line[end] === lowerU) hasEscapes = true
        at = (end - at) % 2 === 1 ? end : end - 1
      } else if (hasEscapes || names.mayEndAt(line, at) || isAddress(line, at)) {
        this.#isInText = isInText
        const next = behindSeparator(line, at)
        const edit = next < 0 ? this.#userPassword(at) : this.#member(at, next)
        if (edit !== undefined) {
          edits ??= []
          edits.push(edit)
          isInText = this.#isInText
          at = Math.max(at, edit.to - 1)
        } else at = next < 0 ? at + 1 : next - 1
      }
    }
    return edits ?? noEdits
  }

  #userPassword(at: number): Edit | undefined {
    if (!isAddress(this.#line, at)) return undefined
    const found = passwordInUrl(this.#line, at + 3)
    return found === undefined ? undefined : this.#edit(found.from, found.to)
  }

  #member(separator: number, behind: number): Edit | undefined {
    const isElement = this.#line[separator] === greaterThan
    const name = isElement ? this.#elementBefore(separator) : this.#nameBefore(separator)
    if (name === undefined) return undefined
    if (isElement) return this.#edit(behind, elementEnd(this.#line, behind, this.#isInText ? 1 : 0))
    return name.level === undefined
      ? this.#plainValue(name, separator, behind)
      : this.#quotedNameValue(name.level, behind)
  }

  /** The name of a secret that ends here; undefined for any other. */
  #nameBefore(separator: number): Name | undefined {
    const line = this.#line
    let end = separator
    const lowest = Math.max(0, end - blanksMax)
    while (end > lowest && isSpace[line[end - 1]!] === 1) end--
    if (line[end - 1] === closeBracket && isTextMark(line[end - 2])) end--
    const last = line[end - 1]
    if (last === undefined) return undefined
    if (last !== quote) {
      if (isTextMark(last)) end--
      else if (isNameByte[last] === 0) return undefined
      return this.#plainNameBefore(end)
    }
    const from = backslashesBefore(line, end - 1)
    const level = quoteLevel(end - 1 - from)
    const nameEnd = end - 1 - (2 ** level - 1)
    const start = nameStart(line, nameEnd, (byte) => byte !== quote)
    const text = line.toString('utf8', start, nameEnd)
    if (this.#names.has(text)) return { text, level }
    if (!isPairValue(text)) return undefined
    const named = pairName(line, start - 2 ** level, { level, nameMaxBytes })
    return named !== undefined && this.#names.has(named) ? { text, level } : undefined
  }

  /** `<password>` and `<ns:password>`, without attributes. */
  #elementBefore(end: number): Name | undefined {
    const line = this.#line
    const start = nameStart(line, end, (byte) => isNameByte[byte] === 1)
    if (line[start - 1] !== lessThan && line[start - 1] !== colon) return undefined
    return this.#plainNameBefore(end)
  }

  #plainNameBefore(nameEnd: number): Name | undefined {
    const line = this.#line
    let end = nameEnd
    if (line[end - 3] === 0x25 && /^%5d$/i.test(line.toString('latin1', end - 3, end))) end -= 3
    const start = nameStart(line, end, (byte) => isNameByte[byte] === 1)
    const text = line.toString('utf8', start, end)
    if (this.#names.has(text)) return { text, level: undefined }
    // In `\npassword` the n is no part of the name, in `\u0026token` neither is u0026.
    if (line[start - 1] !== backslash) return undefined
    const rest = text.replace(/^([nrtbf]|u[0-9a-f]{4})/i, '')
    return this.#names.has(rest) ? { text: rest, level: undefined } : undefined
  }

  #quotedNameValue(level: number, behind: number): Edit | undefined {
    const line = this.#line
    const from = skip(line, behind, isSpace)
    if (isOpening(line[from]))
      return this.#replaced(from, bracketEnd(line, from, level, false), level)
    const quoted = this.#quotedValue(from, level)
    if (quoted !== undefined) return quoted.edit
    return this.#replaced(from, scalarEnd(line, from), level)
  }

  /** A number, array or object becomes a text, with quotes as its name has them. */
  #replaced(from: number, to: number, level: number): Edit | undefined {
    const line = this.#line
    if (from === to || plainValues.test(line.toString('latin1', from, Math.min(to, from + 10))))
      return undefined
    if (level === 0) this.#isInText = false
    const mark = quoteText(level)
    return this.#edit(from, to, `${mark}${redactedText}${mark}`)
  }

  /** Undefined where no text in quotes begins; without an edit for one that may stay. */
  #quotedValue(from: number, stopLevel: number): { edit: Edit | undefined } | undefined {
    const line = this.#line
    const at = runEnd(line, from)
    if (line[at] !== quote) return undefined
    const level = quoteLevel(at - from)
    if (level < stopLevel) return { edit: undefined }
    const end = closingQuote(line, at + 1, level)
    const edit = this.#edit(at + 1, end?.from ?? line.length)
    // The closing quote of the line itself comes next, and is the second of two.
    if (edit !== undefined && level === 0) this.#isInText = true
    return { edit }
  }

  #plainValue(name: Name, separator: number, behind: number): Edit | undefined {
    const line = this.#line
    const stopLevel = this.#isInText ? 1 : 0
    const from = skip(line, behind, isBlank)
    // `password= user=bob`: the first has no value.
    if (line[separator] === equals && from > behind && nameFollows(line, from)) return undefined
    if (isOpening(line[from])) {
      const end = bracketEnd(line, from, stopLevel, true)
      return this.#edit(from, end)
    }
    const quoted = this.#quotedValue(from, stopLevel)
    if (quoted !== undefined) return quoted.edit
    const marked = this.#markedValue(from, stopLevel)
    if (marked !== undefined) return marked
    const end = this.#plainValueEnd(name, from, stopLevel)
    return plainValues.test(line.toString('latin1', from, Math.min(end, from + 10)))
      ? undefined
      : this.#edit(from, end)
  }

  /** In apostrophes or backticks, perhaps with Python's `b` or `u` before them. */
  #markedValue(from: number, stopLevel: number): Edit | undefined {
    const line = this.#line
    const start = /[bru]/i.test(String.fromCharCode(line[from] ?? 0)) ? from + 1 : from
    const mark = line[start]
    if (mark !== apostrophe && mark !== backtick) return undefined
    if (start < (this.#unclosed.get(mark) ?? 0)) return undefined
    const end = closingMark(line, start + 1, stopLevel)
    if (!end.isClosed) this.#unclosed.set(mark, end.at)
    return end.isClosed ? this.#edit(start + 1, end.at) : undefined
  }

  #plainValueEnd(name: Name, from: number, stopLevel: number): number {
    const line = this.#line
    let end = tokenEnd(line, from, stopLevel)
    const first = line.toString('latin1', from, Math.min(end, from + 20))
    if (isBlank[line[end] ?? 0] === 1) {
      if (schemeAndParameters.test(first)) return textEnd(line, from, stopLevel)
      if (schemeAndToken.test(first)) end = tokenEnd(line, skip(line, end, isBlank), stopLevel)
    }
    if (/cookie$/i.test(name.text)) {
      while (line[end - 1] === semicolon && isBlank[line[end] ?? 0] === 1) {
        end = tokenEnd(line, skip(line, end, isBlank), stopLevel)
      }
    }
    while (end > from && trailing.has(line[end - 1]!)) end--
    return end
  }

  #edit(from: number, to: number, text = redactedText): Edit | undefined {
    if (from >= to || isRedacted(this.#line, from, to)) return undefined
    return { from, to, text }
  }
}

/** Where the value begins at the earliest; -1 for `://` and `::`, which separate no name from a value. */
function behindSeparator(line: Buffer, at: number): number {
  let next = at + 1
  if (line[at] === colon) {
    if (isAddress(line, at) || line[next] === colon) return -1
    return line[next] === equals ? next + 1 : next
  }
  if (line[at] === greaterThan) return next
  while (line[next] === equals || line[next] === greaterThan) next++
  return next
}

/** Whether the `://` of an address begins here. */
function isAddress(line: Buffer, at: number): boolean {
  return line[at] === colon && line[at + 1] === slash && line[at + 2] === slash
}

function isTextMark(byte: number | undefined): boolean {
  return byte === quote || byte === apostrophe || byte === backtick
}

function nameStart(line: Buffer, end: number, isPart: (byte: number) => boolean): number {
  let at = end
  const lowest = Math.max(0, end - nameMaxBytes)
  while (at > lowest && isPart(line[at - 1]!)) at--
  return at
}

function skip(line: Buffer, from: number, table: Uint8Array): number {
  let at = from
  while (at < line.length && table[line[at]!] === 1) at++
  return at
}
