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
  const iso = formatEpochMs(epochMs)
  if (nanos === 0) return iso
  const digits = String(nanos).padStart(6, '0').replace(/0+$/, '')
  return `${iso.slice(0, -1)}${digits}Z`
}

/** `HH:mm:ss.` and all before it, of the seconds seen last; times of one stream fall into few of them. A power of two. */
const secondsKept = 64
const keptSeconds: number[] = Array.from({ length: secondsKept }, () => Number.NaN)
const keptTexts: string[] = Array.from({ length: secondsKept }, () => '')
const milliseconds = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

/** Whole texts, likewise: the same time of a batch is the same text, so that comparing it costs nothing. */
const keptTimes: number[] = Array.from({ length: secondsKept }, () => Number.NaN)
const keptIsos: string[] = Array.from({ length: secondsKept }, () => '')

/** What `new Date(epochMs).toISOString()` says, for whole milliseconds of the years 1 to 9999; several times as fast. */
export function formatEpochMs(epochMs: number): string {
  const place = epochMs & (secondsKept - 1)
  if (keptTimes[place] === epochMs) return keptIsos[place]!
  const second = Math.floor(epochMs / 1000)
  const slot = second & (secondsKept - 1)
  if (keptSeconds[slot] !== second) {
    keptTexts[slot] = new Date(second * 1000).toISOString().slice(0, -4)
    keptSeconds[slot] = second
  }
  keptTimes[place] = epochMs
  return (keptIsos[place] = keptTexts[slot]! + milliseconds[epochMs - second * 1000]!)
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
