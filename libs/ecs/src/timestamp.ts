// Time: every spelling that loggers use becomes one, UTC with `Z`, and no digit is lost down to the nanosecond.
import { parseTimestampText, type TimestampOptions } from './timestamp-text.ts'
import { formatEpochMs, formatInstant, type Instant, instantFromDigits } from './instant.ts'

export interface Timestamp {
  /** Epoch milliseconds, rounded down. */
  epochMs: number
  /** ISO 8601 in UTC with `Z` and 3 to 9 fractional digits. */
  iso: string
  /** False when the text named no zone and the default zone was used: ECS then asks for `event.timezone`. */
  zoned: boolean
}

const defaults: TimestampOptions = {}

/**
 * Reads a number, a bigint or a text. Numbers mean seconds, milliseconds, microseconds or
 * nanoseconds by their size. Undefined for anything unusable: zero, negative, outside the years 1 to 9999, dates
 * that do not exist.
 */
export function readTimestamp(
  value: unknown,
  options: TimestampOptions = defaults,
): Timestamp | undefined {
  if (typeof value === 'number') {
    if (!(value > 0)) return undefined
    // The common case: whole milliseconds.
    if (value >= 1e11 && value < 1e14 && Number.isInteger(value)) {
      return { epochMs: value, iso: formatEpochMs(value), zoned: true }
    }
    return stamp(value < 1e21 ? instantFromDigits(String(value)) : undefined, true)
  }
  if (typeof value === 'bigint') return stamp(instantFromDigits(String(value)), true)
  if (typeof value !== 'string' || value.length > 64 || value.length < 8) return undefined
  const common = readCommonIso(value)
  if (common !== undefined) return common
  const fromDigits = instantFromDigits(value)
  if (fromDigits !== undefined) return stamp(fromDigits, true)
  const parsed = parseTimestampText(value.trim(), options)
  return parsed === undefined ? undefined : stamp(parsed.instant, parsed.zoned)
}

const monthDays = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

/** `yyyy-MM-ddTHH:mm:ss.SSSZ` of 1970 and later is what most loggers write: no pattern is needed to read it. */
function readCommonIso(text: string): Timestamp | undefined {
  if (text.length !== 24 || text.charCodeAt(23) !== 0x5a || text.charCodeAt(10) !== 0x54) {
    return undefined
  }
  const isPunctuated =
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(19) === 0x2e
  if (!isPunctuated) return undefined
  const year = digitPair(text, 0) * 100 + digitPair(text, 2)
  const month = digitPair(text, 5)
  const day = digitPair(text, 8)
  const hour = digitPair(text, 11)
  const minute = digitPair(text, 14)
  const second = digitPair(text, 17)
  const ms = digitPair(text, 20) * 10 + (digitPair(text, 21) % 10)
  // Days past the 28th, leap seconds, 24:00 and NaN, which is no digit, are left to the patient way.
  const isPlain = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23
  if (!isPlain || !(minute <= 59 && second <= 59 && ms <= 999)) return undefined
  const isLeapDayPast = month > 2 && isLeapYear(year)
  const days =
    (year - 1970) * 365 +
    leapDaysBefore(year) +
    monthDays[month - 1]! +
    (isLeapDayPast ? day : day - 1)
  const epochMs = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms
  return { epochMs, iso: text, zoned: true }
}

function digitPair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** Leap days from 1970 to the end of the year before. */
function leapDaysBefore(year: number): number {
  const past = year - 1
  return Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477
}

function stamp(instant: Instant | undefined, zoned: boolean): Timestamp | undefined {
  if (instant === undefined) return undefined
  const iso = formatInstant(instant)
  return iso === undefined ? undefined : { epochMs: instant.epochMs, iso, zoned }
}
