// Where a value of a line's bytes ends, for values that go into the document just as they stand in the line.
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

/** A line's bytes; behind its end the bytes of the next record may follow. */
export interface LineBytes {
  readonly bytes: Uint8Array
  readonly end: number
}

/** Past the value of that kind that begins at `start`, or `notHere`, or `unusual`. */
export function endOfValue(kind: number, line: LineBytes, start: number): number {
  switch (kind) {
    case kinds.text:
    case kinds.masked:
      return endOfText(line, start)
    case kinds.number:
      return endOfNumber(line, start, true)
    case kinds.integer:
      return endOfNumber(line, start, false)
    case kinds.epochMs: {
      const end = endOfNumber(line, start, false)
      return end < 0 || (end - start === 13 && line.bytes[start] !== 0x2d) ? end : unusual
    }
    case kinds.isoTime:
      return endOfIsoTime(line, start)
    case kinds.hex16:
      return endOfHex(line, start, 16)
    case kinds.hex32:
      return endOfHex(line, start, 32)
    case kinds.ip:
      return endOfIp(line, start)
    case kinds.durationMs:
      return endOfDuration(line, start)
    default:
      return endOfUrlPart(kind, line, start)
  }
}

/** Only with escapes that JSON.stringify would write too, so that the text is the same when it is written again. */
function endOfText({ bytes, end }: LineBytes, start: number): number {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (byte === quote) return index === start ? notHere : index
    if (byte === backslash) {
      if (++index >= end || !isShortEscape(bytes[index]!)) return unusual
      // Control characters make a line no JSON.
    } else if (byte < 0x20) return unusual
  }
  return unusual
}

const quote = 0x22
const backslash = 0x5c

/** The character after a backslash in `\"`, `\\`, `\b`, `\f`, `\n`, `\r` and `\t`. */
function isShortEscape(byte: number): boolean {
  switch (byte) {
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
function endOfNumber(line: LineBytes, start: number, mayBeFraction: boolean): number {
  const { bytes, end } = line
  let index = start
  if (index < end && bytes[index] === 0x2d) index++
  const first = index
  while (index < end && isDigit(bytes[index]!)) index++
  const wholeDigits = index - first
  if (wholeDigits === 0) return notHere
  // A number that the line ends with is in no object.
  if (index >= end) return unusual
  const byte = bytes[index]!
  const isZero = bytes[first] === 0x30
  if (wholeDigits > digitsMax || (isZero && wholeDigits > 1)) return unusual
  if (byte === 0x2e) return mayBeFraction ? endOfFraction(line, start, index + 1) : unusual
  const isMinusZero = isZero && first > start
  if (isMinusZero) return unusual
  return byte === 0x65 || byte === 0x45 ? unusual : index
}

function endOfFraction(line: LineBytes, start: number, point: number): number {
  const { bytes, end } = line
  let index = point
  while (index < end && isDigit(bytes[index]!)) index++
  if (index >= end) return unusual
  const byte = bytes[index]!
  if (byte === 0x65 || byte === 0x45 || index - start > digitsMax + 1) return unusual
  const isTrimmed = index > point && bytes[index - 1] !== 0x30
  if (!isTrimmed) return unusual
  // Below a millionth, JSON.stringify writes an exponent.
  const isSmall = bytes[point] === 0x30
  if (!isSmall) return index
  const digits = asciiText(bytes, start, index)
  return String(Number(digits)) === digits ? index : unusual
}

const isoLengthMax = 40

function endOfIsoTime({ bytes, end }: LineBytes, start: number): number {
  const isDated = start + 8 < end && bytes[start + 4] === 0x2d && bytes[start + 7] === 0x2d
  if (!isDated) return unusual
  const past = endOfPlain(bytes, start, Math.min(end, start + isoLengthMax + 1))
  return past === -1 || past - start > isoLengthMax ? unusual : past
}

/** Of a text that `endOfIsoTime` has found; undefined unless it says its zone. */
export function readZonedTime(
  bytes: Uint8Array,
  start: number,
  end: number,
): { epochMs: number; iso: string } | undefined {
  const time = readTimestamp(asciiText(bytes, start, end))
  return time !== undefined && time.zoned ? time : undefined
}

/** Ids that are all zero mean none. */
function endOfHex({ bytes, end }: LineBytes, start: number, length: number): number {
  const past = start + length
  if (past >= end) return unusual
  let isZero = true
  for (let index = start; index < past; index++) {
    const byte = bytes[index]!
    if (byte === 0x30) continue
    if (!isDigit(byte) && !(byte >= 0x61 && byte <= 0x66)) return unusual
    isZero = false
  }
  return isZero || bytes[past] !== quote ? unusual : past
}

const ipLengthMax = 45

function endOfIp({ bytes, end }: LineBytes, start: number): number {
  const past = endOfPlain(bytes, start, Math.min(end, start + ipLengthMax + 1))
  if (past === start) return notHere
  if (past === -1 || past - start > ipLengthMax) return unusual
  const isAddress =
    isDottedAddress(bytes, start, past) || isIpAddress(asciiText(bytes, start, past))
  return isAddress ? past : unusual
}

/** The common shape of an address, told without making a text of it: four numbers up to 255 without leading zeros. */
function isDottedAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let parts = 0
  let value = -1
  for (let index = start; index <= end; index++) {
    const byte = index === end ? 0x2e : bytes[index]!
    if (byte === 0x2e) {
      if (value < 0 || ++parts > 4) return false
      value = -1
    } else {
      if (!isDigit(byte) || value === 0) return false
      value = (value < 0 ? 0 : value * 10) + byte - 0x30
      if (value > 255) return false
    }
  }
  return parts === 4
}

/** Where the next quote is, of those before `end`; -1 for a text with anything but ASCII in it, or without end. */
function endOfPlain(bytes: Uint8Array, start: number, end: number): number {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (byte === quote) return index
    if (byte >= 0x80) return -1
  }
  return -1
}

/** So that it is a number of nanoseconds that a double holds exactly. */
const durationMsMax = 1e9

function endOfDuration(line: LineBytes, start: number): number {
  const end = endOfNumber(line, start, true)
  if (end < 0) return end
  const durationMs = readNumber(line.bytes, start, end)
  return durationMs >= 0 && durationMs <= durationMsMax ? end : unusual
}

const powersOfTen = Array.from({ length: digitsMax + 2 }, (_, exponent) => 10 ** exponent)

/**
 * The number that `endOfNumber` has found. Its digits make an integer that a double holds exactly, and so is the
 * power of ten; so their quotient is rounded as the text itself would be.
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0
  let decimals = -1
  const isNegative = bytes[start] === 0x2d
  for (let index = isNegative ? start + 1 : start; index < end; index++) {
    const byte = bytes[index]!
    if (byte === 0x2e) decimals = 0
    else {
      digits = digits * 10 + byte - 0x30
      if (decimals >= 0) decimals++
    }
  }
  const value = decimals > 0 ? digits / powersOfTen[decimals]! : digits
  return isNegative ? -value : value
}

function endOfUrlPart(kind: number, { bytes, end }: LineBytes, start: number): number {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (byte === quote) return index
    if (byte === 0x23 && kind !== kinds.urlFragment) return index
    if (byte === 0x3f && kind === kinds.urlPath) return index
    // Escapes are rare in what a client percent-encodes.
    if (byte === backslash || byte < 0x20) return unusual
  }
  return unusual
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]!)
  return text
}
