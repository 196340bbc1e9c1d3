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

/** A long or huge number outside of quotes. Also true for some texts inside; then the slow way is taken in vain. */
const longNumber = /[[,:]\s{0,8}-?(?:\d[\d.]{15}|[\d.]{1,40}[eE]\+?\d{2})/

/** Reads one JSON object; undefined for anything else, including arrays, scalars and broken JSON. */
export function parseJsonObject(text: string): ParsedJson | undefined {
  if (!startsWithBrace(text)) return undefined
  let object: SourceValue
  try {
    object = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isSourceObject(object)) return undefined
  let isComplete = countKeys(object, 0) === countKeysInText(text)
  if (longNumber.test(text)) {
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

const integerText = /^-?\d+$/

function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  if (source === undefined) return value
  if (integerText.test(source) && source.length <= 400) return BigInt(source)
  return Number.isFinite(value) && !integerText.test(source) ? value : source
}

/** -1 when the nesting is deeper than `depthMax`. */
function countKeys(value: object, depth: number): number {
  if (depth > depthMax) return -1
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'object' || item === null) continue
      const inside = countKeys(item, depth + 1)
      if (inside < 0) return -1
      count += inside
    }
    return count
  }
  const object = value as SourceObject
  for (const key in object) {
    count++
    const item = object[key]
    if (typeof item !== 'object' || item === null) continue
    const inside = countKeys(item, depth + 1)
    if (inside < 0) return -1
    count += inside
  }
  return count
}

/** Keys in valid JSON, repeated ones counted each time: strings that a colon follows. */
function countKeysInText(text: string): number {
  let count = 0
  let open = text.indexOf('"')
  while (open !== -1) {
    const close = endOfString(text, open)
    let after = close + 1
    while (isBlank(text.charCodeAt(after))) after++
    if (text.charCodeAt(after) === 0x3a) count++
    open = text.indexOf('"', after)
  }
  return count
}

/** The closing quote of the string that opens at `open`. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (text.charCodeAt(close - 1) === 0x5c) {
    let slashes = 1
    while (text.charCodeAt(close - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return close
    close = text.indexOf('"', close + 1)
  }
  return close
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
