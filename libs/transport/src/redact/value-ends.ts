// Redaction: where the value of a secret ends, in JSON, in JSON within texts, and in lines without form.
import {
  apostrophe,
  backslash,
  backslashesBefore,
  bytesOf,
  carriageReturn,
  equals,
  isNameByte,
  isSpace,
  lineFeed,
  lowerU,
  quote,
  quoteLevel,
} from './bytes.ts'

/** Longest name that is looked for behind `&`, `;` and `,`. */
const nextNameMaxBytes = 64

const openings = bytesOf('{[')
const closings = bytesOf('}]')
const beforeText = bytesOf(' \t:,[{(')
/** What stands behind a quote that ends a text. */
const afterText = bytesOf(' \t\r\n,;)]}>&:\\')
const separators = bytesOf('&;,')
const scalarEnds = bytesOf(' \t\r\n,}]"\\')
const blankEscapes = bytesOf('nrt')
const lessThan = 0x3c
const slash = 0x2f

/** A quote, and the backslashes that belong to it. */
interface Quote {
  at: number
  from: number
  level: number
}

function quoteAt(at: number, backslashes: number): Quote {
  const level = quoteLevel(backslashes)
  return { at, from: at - (2 ** level - 1), level }
}

/** The quote that ends a text whose own quotes have this level; undefined when there is none. */
export function closingQuote(line: Buffer, from: number, level: number): Quote | undefined {
  for (let at = line.indexOf(quote, from); at !== -1; at = line.indexOf(quote, at + 1)) {
    const found = quoteAt(at, at - Math.max(from, backslashesBefore(line, at)))
    if (found.level <= level) return found
  }
  return undefined
}

export interface MarkedEnd {
  /** The closing mark; without one, where the text around ends. */
  at: number
  isClosed: boolean
}

/** The end of a text in apostrophes or backticks: a mark that is not escaped and has no letter behind it. */
export function closingMark(line: Buffer, from: number, stopLevel: number): MarkedEnd {
  const mark = line[from - 1]!
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!
    if (byte === mark && line[at - 1] !== backslash && endsText(line, at + 1)) {
      return { at, isClosed: true }
    }
    if (byte !== backslash && byte !== quote) continue
    const end = runEnd(line, at)
    if (line[end] === quote) {
      const found = quoteAt(end, end - at)
      if (found.level < stopLevel) return { at: found.from, isClosed: false }
      at = end
    } else at = end - 1
  }
  return { at: line.length, isClosed: false }
}

function endsText(line: Buffer, at: number): boolean {
  const byte = line[at]
  return byte === undefined || byte === quote || afterText.has(byte)
}

/** First byte behind an array or object. Quotes below `stopLevel` end it too: they are those of the text around it. */
export function bracketEnd(
  line: Buffer,
  from: number,
  stopLevel: number,
  isPlain: boolean,
): number {
  let depth = 0
  let isInText = false
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!
    if (byte === backslash || byte === quote) {
      const end = runEnd(line, at)
      if (line[end] !== quote) {
        at = end - 1
        continue
      }
      const found = quoteAt(end, end - at)
      if (found.level < stopLevel) return found.from
      if (found.level === stopLevel) isInText = !isInText
      at = end
    } else if (isInText) continue
    else if (openings.has(byte)) depth++
    else if (closings.has(byte) && --depth === 0) return at + 1
    else if (isPlain && byte === apostrophe && beforeText.has(line[at - 1]!)) {
      const marked = closingMark(line, at + 1, stopLevel)
      if (!marked.isClosed) return marked.at
      at = marked.at
    }
  }
  return line.length
}

/** First byte behind a number or word of JSON. */
export function scalarEnd(line: Buffer, from: number): number {
  let at = from
  while (at < line.length && !scalarEnds.has(line[at]!)) at++
  return at
}

/**
 * First byte behind a value without quotes: at white space (escaped too), at a quote that ends a text, and where
 * the next `name=` of a query or a connection string begins.
 */
export function tokenEnd(line: Buffer, from: number, stopLevel: number): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!
    if (isSpace[byte] === 1) return at
    if (byte === backslash || byte === quote) {
      const end = runEnd(line, at)
      const next = line[end]
      if (next === quote) {
        const found = quoteAt(end, end - at)
        if (found.level < stopLevel || endsText(line, end + 1)) return found.from
        at = end
      } else if (end - at === 1 && next !== undefined && endsAtEscape(line, end)) return at
      // An escape stays whole.
      else at = (end - at) % 2 === 1 ? end : end - 1
    } else if (byte === apostrophe && endsText(line, at + 1)) return at
    else if (separators.has(byte) && nameFollows(line, at + 1)) return at
    else if (byte === lessThan && line[at + 1] === slash) return at
  }
  return line.length
}

/** `\n` and its like; `\u0026`, `\u003c` and `\u003e`, as Go's encoder writes `&`, `<` and `>`. */
function endsAtEscape(line: Buffer, at: number): boolean {
  if (blankEscapes.has(line[at]!)) return true
  if (line[at] !== lowerU) return false
  const text = line.toString('latin1', at + 1, at + 5)
  return text === '003c' || text === '003e' || (text === '0026' && nameFollows(line, at + 5))
}

/** Where the content of an element ends: at the next tag, or with the text around it. */
export function elementEnd(line: Buffer, from: number, stopLevel: number): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!
    if (byte === lessThan) return at
    if (byte !== backslash && byte !== quote) continue
    const end = runEnd(line, at)
    if (line[end] === quote) {
      const found = quoteAt(end, end - at)
      if (found.level < stopLevel) return found.from
      at = end
    } else at = (end - at) % 2 === 1 ? end : end - 1
  }
  return line.length
}

/** First byte behind a text's last line or the text itself. */
export function textEnd(line: Buffer, from: number, stopLevel: number): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!
    if (byte === lineFeed || byte === carriageReturn) return at
    if (byte !== backslash && byte !== quote) continue
    const end = runEnd(line, at)
    if (line[end] === quote) {
      const found = quoteAt(end, end - at)
      if (found.level < stopLevel) return found.from
      at = end
    } else if (end - at === 1 && line[end] !== undefined && blankEscapes.has(line[end])) return at
    else at = (end - at) % 2 === 1 ? end : end - 1
  }
  return line.length
}

/** Whether `name=` stands here. */
export function nameFollows(line: Buffer, from: number): boolean {
  let at = from
  const limit = Math.min(line.length, from + nextNameMaxBytes)
  while (at < limit && isNameByte[line[at]!] === 1) at++
  return at > from && line[at] === equals
}

/** First byte at or behind `from` that is no backslash. */
export function runEnd(line: Buffer, from: number): number {
  let at = from
  while (line[at] === backslash) at++
  return at
}
