// Where a value of a line ends, for values that go into the document just as they stand in the line.
import { isAddress, isShortest } from './host'
import {
  durationMsKind,
  epochMsKind,
  hex16Kind,
  hex32Kind,
  integerKind,
  ipKind,
  isoTimeKind,
  maskedKind,
  numberKind,
  textKind,
  urlFragmentKind,
  urlPathKind,
} from './kinds'

/** Something else stands here: another plan may fit. */
export const notHere: i32 = -1
/** It would need a closer look than a plan takes: escapes, exponents, long numbers. */
export const unusual: i32 = -2

const quote: u8 = 0x22
const hash: u8 = 0x23
const minus: u8 = 0x2d
const point: u8 = 0x2e
const zero: u8 = 0x30
const nine: u8 = 0x39
const question: u8 = 0x3f
const backslash: u8 = 0x5c
/** Below it are control characters, which make a line no JSON. */
const blank: u8 = 0x20

/** Whether texts since it was set to 0 may have held anything but ASCII. */
export let mayBeWide: i32 = 0

export function resetWide(): void {
  mayBeWide = 0
}

/** Past the value of that kind that begins at `start` of a line that ends at `end`, or `notHere`, or `unusual`. */
export function endOf(kind: i32, start: i32, end: i32): i32 {
  switch (kind) {
    case textKind:
    case maskedKind:
      return endOfText(start, end)
    case numberKind:
      return endOfNumber(start, end, true)
    case integerKind:
      return endOfNumber(start, end, false)
    case epochMsKind: {
      const past = endOfNumber(start, end, false)
      return past < 0 || (past - start == 13 && load<u8>(start) != minus) ? past : unusual
    }
    case isoTimeKind:
      return endOfIsoTime(start, end)
    case hex16Kind:
      return endOfHex(start, end, 16)
    case hex32Kind:
      return endOfHex(start, end, 32)
    case ipKind:
      return endOfIp(start, end)
    case durationMsKind:
      return endOfDuration(start, end)
    default:
      return endOfUrlPart(kind, start, end)
  }
}

/** Only with escapes that JSON.stringify would write too, so that the text is the same when it is written again. */
function endOfText(start: i32, end: i32): i32 {
  let at = start
  while (at < end) {
    const bytes = v128.load(at)
    const special = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
      i8x16.lt_u(bytes, i8x16.splat(blank)),
    )
    const found = i8x16.bitmask(special)
    const wide = i8x16.bitmask(bytes)
    if (found == 0) {
      mayBeWide |= wide
      at += 16
      continue
    }
    const first = ctz(found)
    mayBeWide |= wide & ((1 << first) - 1)
    at += first
    if (at >= end) return unusual
    const byte = load<u8>(at)
    if (byte == quote) return at == start ? notHere : at
    if (byte != backslash || at + 1 >= end || !isShortEscape(load<u8>(at + 1))) return unusual
    at += 2
  }
  return unusual
}

/** The character after a backslash in `\"`, `\\`, `\b`, `\f`, `\n`, `\r` and `\t`. */
function isShortEscape(byte: u8): bool {
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
const digitsMax: i32 = 15

/** Only as JSON.stringify would write it: no exponent, no zero too many, not so long that it is rounded. */
function endOfNumber(start: i32, end: i32, mayBeFraction: bool): i32 {
  let at = start
  if (at < end && load<u8>(at) == minus) at++
  const first = at
  while (at < end && isDigit(load<u8>(at))) at++
  const wholeDigits = at - first
  if (wholeDigits == 0) return notHere
  // A number that the line ends with is in no object.
  if (at >= end) return unusual
  const byte = load<u8>(at)
  const isZero = load<u8>(first) == zero
  if (wholeDigits > digitsMax || (isZero && wholeDigits > 1)) return unusual
  if (byte == point) return mayBeFraction ? endOfFraction(start, at + 1, end) : unusual
  const isMinusZero = isZero && first > start
  if (isMinusZero) return unusual
  return isExponent(byte) ? unusual : at
}

function endOfFraction(start: i32, first: i32, end: i32): i32 {
  let at = first
  while (at < end && isDigit(load<u8>(at))) at++
  if (at >= end) return unusual
  if (isExponent(load<u8>(at)) || at - start > digitsMax + 1) return unusual
  const isTrimmed = at > first && load<u8>(at - 1) != zero
  if (!isTrimmed) return unusual
  // Below a millionth, JSON.stringify writes an exponent.
  const isSmall = load<u8>(first) == zero
  return !isSmall || isShortest(start, at) ? at : unusual
}

function isExponent(byte: u8): bool {
  return byte == 0x65 || byte == 0x45
}

const isoLengthMax: i32 = 40

function endOfIsoTime(start: i32, end: i32): i32 {
  const isDated = start + 8 < end && load<u8>(start + 4) == minus && load<u8>(start + 7) == minus
  if (!isDated) return unusual
  const past = endOfPlain(start, min(end, start + isoLengthMax + 1))
  return past == -1 || past - start > isoLengthMax ? unusual : past
}

/** Ids that are all zero mean none. */
function endOfHex(start: i32, end: i32, length: i32): i32 {
  const past = start + length
  if (past >= end) return unusual
  let isZero = true
  for (let at = start; at < past; at++) {
    const byte = load<u8>(at)
    if (byte == zero) continue
    if (!isDigit(byte) && !(byte >= 0x61 && byte <= 0x66)) return unusual
    isZero = false
  }
  return isZero || load<u8>(past) != quote ? unusual : past
}

const ipLengthMax: i32 = 45

function endOfIp(start: i32, end: i32): i32 {
  const past = endOfPlain(start, min(end, start + ipLengthMax + 1))
  if (past == start) return notHere
  if (past == -1 || past - start > ipLengthMax) return unusual
  return isDottedAddress(start, past) || isAddress(start, past) ? past : unusual
}

/** The common shape of an address, told without making a text of it: four numbers up to 255 without leading zeros. */
function isDottedAddress(start: i32, end: i32): bool {
  let parts = 0
  let value = -1
  for (let at = start; at <= end; at++) {
    const byte = at == end ? point : load<u8>(at)
    if (byte == point) {
      if (value < 0 || ++parts > 4) return false
      value = -1
    } else {
      if (!isDigit(byte) || value == 0) return false
      value = (value < 0 ? 0 : value * 10) + <i32>(byte - zero)
      if (value > 255) return false
    }
  }
  return parts == 4
}

/** Where the next quote is, of those before `end`; -1 for a text with anything but ASCII in it, or without end. */
function endOfPlain(start: i32, end: i32): i32 {
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at)
    if (byte == quote) return at
    if (byte >= 0x80) return -1
  }
  return -1
}

/** So that it is a number of nanoseconds that a double holds exactly. */
const durationMsMax: f64 = 1e9

function endOfDuration(start: i32, end: i32): i32 {
  const past = endOfNumber(start, end, true)
  if (past < 0) return past
  const durationMs = readNumber(start, past)
  return durationMs >= 0 && durationMs <= durationMsMax ? past : unusual
}

/**
 * The number that `endOfNumber` has found. Its digits make an integer that a double holds exactly, and so is the
 * power of ten; so their quotient is rounded as the text itself would be.
 */
export function readNumber(start: i32, end: i32): f64 {
  let digits: u64 = 0
  let power: u64 = 1
  let isFraction = false
  const isNegative = load<u8>(start) == minus
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = load<u8>(at)
    if (byte == point) {
      isFraction = true
      continue
    }
    digits = digits * 10 + <u64>(byte - zero)
    if (isFraction) power *= 10
  }
  const value = power == 1 ? <f64>digits : <f64>digits / <f64>power
  return isNegative ? -value : value
}

function endOfUrlPart(kind: i32, start: i32, end: i32): i32 {
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at)
    if (byte == quote) return at
    if (byte == hash && kind != urlFragmentKind) return at
    if (byte == question && kind == urlPathKind) return at
    // Escapes are rare in what a client percent-encodes.
    if (byte == backslash || byte < blank) return unusual
    mayBeWide |= <i32>(byte >> 7)
  }
  return unusual
}

function isDigit(byte: u8): bool {
  return byte >= zero && byte <= nine
}
