// `key=value` pairs by spaces, as go-logfmt, slog, logrus and klog write them.
import { closingQuote, unescapeGo } from './quoted-text.ts'

export type Pair = [key: string, value: string | true]

const bareKey = /[^\s="'\\{}[\](),;]{1,255}/y
const bareValue = /[^\s"']\S*/y
const nothing = new Set(['<nil>', 'nil', 'null'])

/** How Go's loggers write that there was no error. */
export function isNoError(value: Pair[1]): boolean {
  return value === true || nothing.has(value)
}

/**
 * The pairs of `text`, in order; undefined unless all of it is pairs. A word alone means true, but is no pair of klog's.
 * Linear in the length of `text`.
 */
export function scanPairs(text: string, dialect: 'logfmt' | 'klog'): Pair[] | undefined {
  const pairs: Pair[] = []
  let at = skipSpaces(text, 0)
  while (at < text.length) {
    const key = readKey(text, at)
    if (key === undefined) return undefined
    at = key.end
    if (text[at] !== '=') {
      if (dialect === 'klog' || (at < text.length && !isSpace(text, at))) return undefined
      pairs.push([key.value, true])
    } else {
      const value = readValue(text, at + 1, dialect)
      if (value === undefined) return undefined
      pairs.push([key.value, value.value])
      at = value.end
      if (at < text.length && !isSpace(text, at)) return undefined
    }
    at = skipSpaces(text, at)
  }
  return pairs
}

interface Token {
  value: string
  end: number
}

/** slog quotes keys with spaces. */
function readKey(text: string, at: number): Token | undefined {
  if (text[at] === '"') return readQuoted(text, at)
  return readBare(text, at, bareKey)
}

function readValue(text: string, at: number, dialect: 'logfmt' | 'klog'): Token | undefined {
  if (at >= text.length || isSpace(text, at)) return { value: '', end: at }
  if (text[at] === '"') return readQuoted(text, at)
  if (dialect === 'klog') {
    if (text.startsWith('<\n', at)) return readLines(text, at)
    if (text[at] === '{' || text[at] === '[') return readObject(text, at)
  }
  return readBare(text, at, bareValue)
}

/** klog's texts of several lines: `=<`, the lines, and ` >` on the last. */
function readLines(text: string, at: number): Token | undefined {
  const close = text.indexOf('\n >', at)
  if (close === -1) return undefined
  return { value: text.slice(at + 2, close).replaceAll(/^\t/gm, ''), end: close + 3 }
}

/** An object or a list that klog printed as it is: up to the bracket that closes the first one. */
function readObject(text: string, at: number): Token | undefined {
  let depth = 0
  for (let index = at; index < text.length; index++) {
    const letter = text[index]
    if (letter === '"') {
      index = closingQuote(text, index)
      if (index === -1) return undefined
    } else if (letter === '{' || letter === '[') depth++
    else if (letter === '}' || letter === ']') {
      depth--
      if (depth === 0) return { value: text.slice(at, index + 1), end: index + 1 }
    }
  }
  return undefined
}

function readQuoted(text: string, at: number): Token | undefined {
  const close = closingQuote(text, at)
  if (close === -1) return undefined
  return { value: unescapeGo(text.slice(at + 1, close)), end: close + 1 }
}

function readBare(text: string, at: number, pattern: RegExp): Token | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match === null ? undefined : { value: match[0], end: pattern.lastIndex }
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text, at)) at++
  return at
}
