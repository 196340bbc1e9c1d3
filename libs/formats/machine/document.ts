// A document's bytes, put together: constant parts and values copied, numbers and times written digit by digit.
import { boundsAt, copy, documentAt, frameAt, framePartBytesMax, isoAt, secondsAt } from './memory'
import { durationNs, isoLength, timeMs } from './tree'

// What fills a gap: a value of the line by its number from 0, or one of these; the same as in src/plans/kinds.ts.
const isoGap: i32 = -1
const durationGap: i32 = -2
const idGap: i32 = -3
const createdAtGap: i32 = -4
const receivedAtGap: i32 = -5
const instanceGap: i32 = -6
const sequenceGap: i32 = -7
const delayGap: i32 = -8
const partitionGap: i32 = -9

/** Characters of an instance, the first ones of a minted id. */
const instanceLength: usize = 16
const zero: u64 = 0x30

/** Where the next byte goes. */
let to: usize = 0

/** Lengths of what stands before the id, between id and document, and after the document. */
let beforeLength: usize = 0
let betweenLength: usize = 0
let afterLength: usize = 0

/** The parts lie `framePartBytesMax` apart from each other, from `frameAt` on. */
export function frame(before: i32, between: i32, after: i32): void {
  beforeLength = before
  betweenLength = between
  afterLength = after
}

/**
 * Writes the document for the line that was walked along; framed, with the frame around its id and itself. A template is a
 * list of parts, each a length (32 bits), so many bytes, up to the next four, and the gap behind them (32 bits); the last
 * part has no gap but `lastPart`.
 * @returns its end
 */
export function write(
  template: usize,
  isFramed: bool,
  idAt: usize,
  idLength: i32,
  partition: i32,
  sequence: f64,
  createdAtMs: f64,
  receivedAtMs: f64,
): usize {
  to = documentAt
  if (isFramed) {
    append(frameAt, beforeLength)
    append(idAt, idLength)
    append(frameAt + framePartBytesMax, betweenLength)
  }
  let part = template
  while (true) {
    const length = <usize>load<u32>(part)
    copy(to, part + 4, length)
    to += length
    part += 4 + ((length + 3) & ~3)
    const gap = load<i32>(part)
    part += 4
    if (gap >= 0) {
      if (gap == lastPart) break
      const bounds = boundsAt + ((<usize>gap) << 3)
      append(load<u32>(bounds), load<u32>(bounds, 4) - load<u32>(bounds))
    } else if (gap == isoGap) {
      if (isoLength == 0) appendTime(timeMs)
      else append(isoAt, isoLength)
    } else if (gap == durationGap) appendInteger(durationNs)
    else if (gap == idGap) append(idAt, idLength)
    else if (gap == instanceGap) append(idAt, instanceLength)
    else if (gap == createdAtGap) appendTime(createdAtMs)
    else if (gap == receivedAtGap) appendTime(receivedAtMs)
    else if (gap == delayGap) appendInteger(receivedAtMs - createdAtMs)
    else if (gap == partitionGap) appendInteger(partition)
    else if (gap == sequenceGap) appendInteger(sequence)
    else unreachable()
  }
  if (isFramed) append(frameAt + 2 * framePartBytesMax, afterLength)
  return to
}

export const lastPart: i32 = 0x7fff_ffff

function append(from: usize, length: usize): void {
  copy(to, from, length)
  to += length
}

/** A safe integer that is not negative. */
function appendInteger(value: f64): void {
  let left = <u64>value
  let digits: usize = 1
  for (let limit: u64 = 10; left >= limit; limit *= 10) digits++
  let at = to + digits
  to = at
  if (left >> 32 == 0) {
    let small = <u32>left
    do {
      const tens = small / 10
      store<u8>(--at, 0x30 + small - tens * 10)
      small = tens
    } while (small != 0)
    return
  }
  do {
    const tens = left / 10
    store<u8>(--at, <u8>(zero + left - tens * 10))
    left = tens
  } while (left != 0)
}

/** A power of two; each has 32 bytes: the second and one, then the text. */
const secondsKept: i64 = 64

/** `YYYY-MM-DDTHH:mm:ss.sssZ`, of the years 1970 to 9999. Times of one stream fall into few seconds. */
function appendTime(epochMs: f64): void {
  const whole = <i64>floor(epochMs)
  const second = whole / 1000
  const ms = <u32>(whole - second * 1000)
  const slot = secondsAt + ((<usize>(second & (secondsKept - 1))) << 5)
  if (load<i64>(slot) != second + 1) {
    store<i64>(slot, second + 1)
    writeSecond(slot + 8, second)
  }
  copy(to, slot + 8, 20)
  const hundreds = ms / 100
  store<u8>(to, 0x30 + hundreds, 20)
  twoDigits(to + 21, ms - hundreds * 100)
  store<u8>(to, 0x5a, 23)
  to += 24
}

/** `YYYY-MM-DDTHH:mm:ss.`: days to dates as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms". */
function writeSecond(at: usize, second: i64): void {
  const days = <u32>(second / 86_400)
  const ofDay = <u32>(second - <i64>days * 86_400)
  const shifted = days + 719_468
  const era = shifted / 146_097
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  const fromMarch = (5 * dayOfYear + 2) / 153
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  twoDigits(at, year / 100)
  twoDigits(at + 2, year % 100)
  store<u8>(at, 0x2d, 4)
  twoDigits(at + 5, month)
  store<u8>(at, 0x2d, 7)
  twoDigits(at + 8, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
  store<u8>(at, 0x54, 10)
  twoDigits(at + 11, ofDay / 3600)
  store<u8>(at, 0x3a, 13)
  twoDigits(at + 14, (ofDay % 3600) / 60)
  store<u8>(at, 0x3a, 16)
  twoDigits(at + 17, ofDay % 60)
  store<u8>(at, 0x2e, 19)
}

function twoDigits(at: usize, value: u32): void {
  store<u8>(at, 0x30 + value / 10)
  store<u8>(at, 0x30 + (value % 10), 1)
}
