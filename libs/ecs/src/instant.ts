// Time as two integers: milliseconds since 1970 and the digits below them.

export interface Instant {
  /** Epoch milliseconds, rounded down. */
  epochMs: number
  /** The digits below the millisecond, 0 to 999999. */
  nanos: number
}

const yearOneMs = -62_135_596_800_000
const yearTenThousandMs = 253_402_300_800_000
const digitsPattern = /^(\d{1,19})(?:\.(\d{1,30}))?$/

/** A decimal count since 1970, its unit told by its size: below 1e11 seconds, 1e14 ms, 1e17 us, else ns. */
export function instantFromDigits(text: string): Instant | undefined {
  const match = digitsPattern.exec(text)
  if (match === null) return undefined
  const whole = match[1]!
  const size = Number(whole)
  const unitDigits = size < 1e11 ? 0 : size < 1e14 ? 3 : size < 1e17 ? 6 : 9
  const cut = whole.length - unitDigits
  const seconds = Number(whole.slice(0, cut))
  const fraction = (whole.slice(cut) + (match[2] ?? '')).slice(0, 9).padEnd(9, '0')
  const epochMs = seconds * 1000 + Number(fraction.slice(0, 3))
  const nanos = Number(fraction.slice(3))
  return epochMs === 0 && nanos === 0 ? undefined : { epochMs, nanos }
}

/** ISO 8601 with as many fractional digits as are known, at least 3; undefined outside the years 1 to 9999. */
export function formatInstant({ epochMs, nanos }: Instant): string | undefined {
  if (!(epochMs >= yearOneMs && epochMs < yearTenThousandMs)) return undefined
  const iso = new Date(epochMs).toISOString()
  if (nanos === 0) return iso
  const digits = String(nanos).padStart(6, '0').replace(/0+$/, '')
  return `${iso.slice(0, -1)}${digits}Z`
}

/** Epoch ms of a civil date and time in UTC; undefined when that day or hour does not exist. */
export function civilToEpochMs(
  year: number,
  month: number,
  day: number,
  time: { hour: number; minute: number; second: number },
): number | undefined {
  let { second } = time
  let extraMs = 0
  if (second === 60) {
    // A leap second has no place on the Unix clock: the last millisecond before it is the nearest.
    second = 59
    extraMs = 999
  }
  const isMidnightAtEnd = time.hour === 24 && time.minute === 0 && time.second === 0
  if ((time.hour > 23 && !isMidnightAtEnd) || time.minute > 59 || second > 59) return undefined
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  const date = new Date(0)
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; this does not.
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() + ((time.hour * 60 + time.minute) * 60 + second) * 1000 + extraMs
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
