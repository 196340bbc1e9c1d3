// A JSON line becomes an object, without rounding an integer and without hiding a repeated key.

/** Values as parsed; integers past 2^53 are bigints, numbers past the range of a double are their text. */
export type SourceValue = unknown
export type SourceObject = Record<string, SourceValue>

export interface ParsedJson {
  object: SourceObject
  /** False when the object says less than the text: a key occurs twice, or the nesting is too deep to follow. */
  isComplete: boolean
}

/** Nesting past this is not searched for repeated keys or long integers. */
const depthMax = 200

/**
 * Reads one JSON object; undefined for anything else, including arrays, scalars and broken JSON. `NaN` and `Infinity`,
 * which Python writes although JSON has no such numbers, are read as texts.
 */
export function parseJsonObject(text: string): ParsedJson | undefined {
  if (!startsWithBrace(text)) return undefined
  try {
    return readObject(text)
  } catch {
    const quoted = quoteNonNumbers(text)
    if (quoted === undefined) return undefined
    try {
      return readObject(quoted)
    } catch {
      return undefined
    }
  }
}

/** @throws SyntaxError for what is no JSON */
function readObject(text: string): ParsedJson | undefined {
  let object: SourceValue = JSON.parse(text)
  if (!isSourceObject(object)) return undefined
  const counted = countKeys(object, 0)
  // Most lines are done here: as many keys as the text can have, and no number that was rounded.
  if (counted >= 0 && (counted & 1) === 0 && counted >>> 1 === keysAtMost(text)) {
    return { object, isComplete: true }
  }
  const scanned = scanText(text)
  let isComplete = counted >= 0 && counted >>> 1 === scanned >>> 1
  if ((scanned & 1) === 1) {
    try {
      object = JSON.parse(text, keepNumber)
    } catch {
      // The reviver walks recursively, and ran out of stack: the rounded object stays, the line is kept beside it.
      isComplete = false
    }
  }
  return { object: object as SourceObject, isComplete }
}

export function isSourceObject(value: SourceValue): value is SourceObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function startsWithBrace(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x7b) return true
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return false
  }
  return false
}

const nonNumber = /-?\bInfinity\b|\bNaN\b/g

/** `NaN`, `Infinity` and `-Infinity` outside of strings, put between quotes; undefined when there are none. */
function quoteNonNumbers(text: string): string | undefined {
  if (!text.includes('NaN') && !text.includes('Infinity')) return undefined
  let quoted = ''
  let from = 0
  for (;;) {
    const open = text.indexOf('"', from)
    quoted += text.slice(from, open === -1 ? text.length : open).replace(nonNumber, '"$&"')
    if (open === -1) return quoted
    const close = endOfString(text, open + 1)
    if (close === -1) return undefined
    quoted += text.slice(open, close + 1)
    from = close + 1
  }
}

const integerText = /^-?\d+$/

function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  if (source === undefined) return value
  if (integerText.test(source) && source.length <= 400) return BigInt(source)
  return Number.isFinite(value) && !integerText.test(source) ? value : source
}

/**
 * Twice the number of keys, plus 1 if there is a number that may have been rounded; -1 when the nesting is deeper than
 * `depthMax`.
 */
function countKeys(value: object, depth: number): number {
  if (depth > depthMax) return -1
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      const inside = countInside(item, depth)
      if (inside < 0) return -1
      count = addCount(count, inside)
    }
    return count
  }
  const object = value as SourceObject
  for (const key in object) {
    const inside = countInside(object[key], depth)
    if (inside < 0) return -1
    count = addCount(count, inside) + 2
  }
  return count
}

function countInside(item: SourceValue, depth: number): number {
  if (typeof item === 'object') return item === null ? 0 : countKeys(item, depth + 1)
  if (typeof item !== 'number') return 0
  return item > Number.MAX_SAFE_INTEGER || item < Number.MIN_SAFE_INTEGER ? 1 : 0
}

/** Keys are added, the flag below them is kept. */
function addCount(count: number, inside: number): number {
  return (count | (inside & 1)) + (inside & ~1)
}

/**
 * Not fewer than the keys of the text, repeated ones counted each time: colons after a quote or a blank. Far quicker
 * than looking for the ends of strings, and exact unless a text has such a colon too.
 */
function keysAtMost(text: string): number {
  let count = 0
  let colon = text.indexOf(':')
  while (colon !== -1) {
    const before = text.charCodeAt(colon - 1)
    if (before === 0x22 || isBlank(before)) count++
    colon = text.indexOf(':', colon + 1)
  }
  return count
}

/**
 * One walk over valid JSON: twice the number of keys, repeated ones counted each time (strings that a colon follows),
 * plus 1 if there is a number that a double may not hold.
 */
function scanText(text: string): number {
  const { length } = text
  let keys = 0
  let hasLongNumber = 0
  let index = 0
  while (index < length) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = endOfString(text, index + 1) + 1
      while (isBlank(text.charCodeAt(index))) index++
      if (text.charCodeAt(index) === 0x3a) {
        keys++
        index++
      }
    } else if (code >= 0x30 && code <= 0x39) {
      const end = endOfNumber(text, index)
      if (isLongNumber(text, index, end)) hasLongNumber = 1
      index = end
    } else index++
  }
  return keys * 2 + hasLongNumber
}

/** Most strings are short: their characters are looked at one by one. */
const shortString = 32

/** The closing quote of the string whose first character is at `start`. */
function endOfString(text: string, start: number): number {
  let index = start
  const shortEnd = start + shortString
  while (index < shortEnd) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return index
    index += code === 0x5c ? 2 : 1
  }
  let close = text.indexOf('"', index)
  while (text.charCodeAt(close - 1) === 0x5c && close > index) {
    let slashes = 1
    while (close - slashes > index && text.charCodeAt(close - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return close
    index = close + 1
    close = text.indexOf('"', index)
  }
  return close
}

/** Past the last character of the number that has a digit at `start`. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1
  for (;;) {
    const code = text.charCodeAt(end)
    const isPart =
      (code >= 0x30 && code <= 0x39) ||
      code === 0x2e ||
      code === 0x65 ||
      code === 0x45 ||
      code === 0x2b ||
      code === 0x2d
    if (!isPart) return end
    end++
  }
}

const exponentMark = /[eE]/
/** Digits of the shortest integer that a double may round. */
const longInteger = 16

/** Fractions are rounded by everybody, so only long integers and exponents count. */
function isLongNumber(text: string, start: number, end: number): boolean {
  const length = end - start
  // 1e99 is the shortest; most numbers are shorter than long integers and end in a digit after digits.
  if (length < 4) return false
  const number = text.slice(start, end)
  if (exponentMark.test(number)) return true
  return length >= longInteger && (length > 300 || !number.includes('.'))
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
