// Where a value of a line ends, for values that go into the document just as they stand in the line.
import { isIpAddress, readTimestamp } from '@millrace/ecs'

/** What stands at a place of a line. All but the first two are values that may be others in the next line. */
export const kinds = {
  /** The line is over. */
  end: 0,
  /** Lines that go on like this have no plan. */
  refused: 1,
  /** A text that is not empty, without its quotes. */
  text: 2,
  number: 3,
  integer: 4,
  /** Whole milliseconds since 1970, of the years 2001 to 2286. */
  epochMs: 5,
  /** A date and time with its zone. */
  isoTime: 6,
  /** Ids in lower case, without their quotes. */
  hex16: 7,
  hex32: 8,
  ip: 9,
  /** Milliseconds, not negative. */
  durationMs: 10,
  /** A text that is not in the document. */
  masked: 11,
  /** The parts of a request target, after `/`, `?` and `#`; each may be empty. */
  urlPath: 12,
  urlQuery: 13,
  urlFragment: 14,
} as const

/** Something else stands here: another plan may fit. */
export const notHere = -1
/** It would need a closer look than a plan takes: escapes, exponents, long numbers. */
export const unusual = -2

/** Past the value of that kind that begins at `start`, or `notHere`, or `unusual`. */
export function endOfValue(kind: number, text: string, start: number): number {
  switch (kind) {
    case kinds.text:
    case kinds.masked:
      return endOfText(text, start)
    case kinds.number:
      return endOfNumber(text, start, true)
    case kinds.integer:
      return endOfNumber(text, start, false)
    case kinds.epochMs: {
      const end = endOfNumber(text, start, false)
      return end < 0 || (end - start === 13 && text.charCodeAt(start) !== 0x2d) ? end : unusual
    }
    case kinds.isoTime:
      return endOfIsoTime(text, start)
    case kinds.hex16:
      return endOfHex(text, start, 16)
    case kinds.hex32:
      return endOfHex(text, start, 32)
    case kinds.ip:
      return endOfIp(text, start)
    case kinds.durationMs:
      return endOfDuration(text, start)
    default:
      return endOfUrlPart(kind, text, start)
  }
}

/** Only with escapes that JSON.stringify would write too, so that the text is the same when it is written again. */
function endOfText(text: string, start: number): number {
  let index = start
  for (;;) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return index === start ? notHere : index
    if (code === 0x5c) {
      if (!isShortEscape(text.charCodeAt(index + 1))) return unusual
      index += 2
      // Control characters make a line no JSON; past the end, the code is NaN.
    } else if (code >= 0x20) index++
    else return unusual
  }
}

/** The character after a backslash in `\"`, `\\`, `\b`, `\f`, `\n`, `\r` and `\t`. */
function isShortEscape(code: number): boolean {
  switch (code) {
    case 0x22:
    case 0x5c:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true
    default:
      return false
  }
}

/** Digits that a double holds exactly, whatever they are. */
const digitsMax = 15

/** Only as JSON.stringify would write it: no exponent, no zero too many, not so long that it is rounded. */
function endOfNumber(text: string, start: number, mayBeFraction: boolean): number {
  let index = start
  let code = text.charCodeAt(index)
  if (code === 0x2d) code = text.charCodeAt(++index)
  if (!isDigit(code)) return notHere
  const first = index
  const isZero = code === 0x30
  do code = text.charCodeAt(++index)
  while (isDigit(code))
  const wholeDigits = index - first
  if (code === 0x2e) {
    if (!mayBeFraction || wholeDigits > digitsMax) return unusual
    return endOfFraction(text, start, index + 1)
  }
  const isMinusZero = isZero && first > start
  if (wholeDigits > digitsMax || isMinusZero || (isZero && wholeDigits > 1)) return unusual
  return code === 0x65 || code === 0x45 ? unusual : index
}

function endOfFraction(text: string, start: number, point: number): number {
  let index = point
  while (isDigit(text.charCodeAt(index))) index++
  const code = text.charCodeAt(index)
  if (code === 0x65 || code === 0x45 || index - start > digitsMax + 1) return unusual
  const isTrimmed = index > point && text.charCodeAt(index - 1) !== 0x30
  // Below a millionth, JSON.stringify writes an exponent.
  const isSmall = text.charCodeAt(point) === 0x30
  if (
    !isTrimmed ||
    (isSmall && String(Number(text.slice(start, index))) !== text.slice(start, index))
  ) {
    return unusual
  }
  return index
}

const isoLengthMax = 40

function endOfIsoTime(text: string, start: number): number {
  const isDated = text.charCodeAt(start + 4) === 0x2d && text.charCodeAt(start + 7) === 0x2d
  if (!isDated) return unusual
  const end = text.indexOf('"', start)
  if (end === -1 || end - start > isoLengthMax) return unusual
  return end
}

/** Of a text that `endOfIsoTime` has found; undefined unless it says its zone. */
export function readZonedTime(value: string): { epochMs: number; iso: string } | undefined {
  const time = readTimestamp(value)
  return time !== undefined && time.zoned ? time : undefined
}

/** Ids that are all zero mean none. */
function endOfHex(text: string, start: number, length: number): number {
  const end = start + length
  let isZero = true
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x30) continue
    if (!isDigit(code) && !(code >= 0x61 && code <= 0x66)) return unusual
    isZero = false
  }
  return isZero || text.charCodeAt(end) !== 0x22 ? unusual : end
}

const ipLengthMax = 45

function endOfIp(text: string, start: number): number {
  const end = text.indexOf('"', start)
  if (end === start) return notHere
  if (end === -1 || end - start > ipLengthMax) return unusual
  return isIpAddress(text.slice(start, end)) ? end : unusual
}

/** So that it is a number of nanoseconds that a double holds exactly. */
const durationMsMax = 1e9

function endOfDuration(text: string, start: number): number {
  const end = endOfNumber(text, start, true)
  if (end < 0) return end
  const durationMs = Number(text.slice(start, end))
  return durationMs >= 0 && durationMs <= durationMsMax ? end : unusual
}

function endOfUrlPart(kind: number, text: string, start: number): number {
  let index = start
  for (;;) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return index
    if (code === 0x23 && kind !== kinds.urlFragment) return index
    if (code === 0x3f && kind === kinds.urlPath) return index
    // Escapes are rare in what a client percent-encodes.
    if (code === 0x5c || !(code >= 0x20)) return unusual
    index++
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
