// Time in letters: ISO 8601 and the spellings of access logs, error logs, syslog and klog.
import { civilToEpochMs, type Instant } from './instant.ts'
import { zoneOffsetMs } from './time-zone.ts'

export interface TimestampOptions {
  /** IANA name or offset for times without a zone. Default: UTC. */
  timeZone?: string
  /** Epoch ms that decides the year of spellings without one (RFC 3164, klog). Default: such spellings are not read. */
  nearMs?: number
}

interface CivilTime {
  /** Undefined where the spelling has no year. */
  year: number | undefined
  month: number
  day: number
  hour: number
  minute: number
  second: number
  /** Digits after the second's point. */
  fraction: string
  /** `Z`, an offset, or undefined where the spelling has no zone. */
  zone: string | undefined
}

const clockPart = String.raw`(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,12}))?`
const zonePart = String.raw`(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)`
const iso = new RegExp(
  String.raw`^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(?: ?${zonePart})?)?$`,
)
/** `yyyy/MM/dd HH:mm:ss`: nginx error log, Go's `log`. */
const slashed = new RegExp(String.raw`^(\d{4})/(\d\d)/(\d\d) ${clockPart}(?: ?${zonePart})?$`)
/** `dd/Mon/yyyy:HH:mm:ss ±hhmm`: access logs. */
const access = new RegExp(
  String.raw`^(\d\d)/([A-Z][a-z]{2})/(\d{4}):${clockPart}(?: ?${zonePart})?$`,
)
/** `[Www ]Mon dd HH:mm:ss[ yyyy]`: Apache error log, RFC 3164, C's ctime. */
const monthFirst = new RegExp(
  String.raw`^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) ${clockPart}(?: (\d{4}))?$`,
)
/** `Mon dd yyyy HH:mm:ss`: Cisco. */
const cisco = new RegExp(String.raw`^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{4}) ${clockPart}$`)
/** `mmdd HH:mm:ss.uuuuuu`: klog. */
const klog = new RegExp(String.raw`^(\d\d)(\d\d) ${clockPart}$`)
/** `Www, dd Mon yyyy HH:mm:ss GMT`: HTTP dates, JavaScript's toUTCString. */
const http = new RegExp(
  String.raw`^[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) ${clockPart}(?: ?${zonePart})?$`,
)

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Reads one of the known spellings; `text` is trimmed and short. */
export function parseTimestampText(
  text: string,
  options: TimestampOptions,
): { instant: Instant; zoned: boolean } | undefined {
  const civil = readCivilTime(text)
  if (civil === undefined) return undefined
  const epochMs =
    civil.year === undefined
      ? nearestYear(civil, options)
      : toEpochMs(civil, civil.year, options.timeZone)
  if (epochMs === undefined) return undefined
  const fraction = civil.second === 60 ? '' : civil.fraction.slice(0, 9).padEnd(9, '0')
  const instant =
    fraction === ''
      ? { epochMs, nanos: 0 }
      : { epochMs: epochMs + Number(fraction.slice(0, 3)), nanos: Number(fraction.slice(3)) }
  return { instant, zoned: civil.zone !== undefined }
}

function readCivilTime(text: string): CivilTime | undefined {
  const first = text.charCodeAt(0)
  const startsWithDigit = first >= 48 && first <= 57
  if (startsWithDigit) {
    const found = iso.exec(text) ?? slashed.exec(text)
    if (found !== null) return toCivil([found[1], found[2], found[3]], found.slice(4))
    const request = access.exec(text)
    if (request !== null) {
      return toCivil([request[3], monthNumber(request[2]), request[1]], request.slice(4))
    }
    const short = klog.exec(text)
    return short === null ? undefined : toCivil([undefined, short[1], short[2]], short.slice(3))
  }
  const dated = cisco.exec(text)
  if (dated !== null) return toCivil([dated[3], monthNumber(dated[1]), dated[2]], dated.slice(4))
  const named = monthFirst.exec(text)
  if (named !== null) return toCivil([named[7], monthNumber(named[1]), named[2]], named.slice(3, 7))
  const header = http.exec(text)
  if (header === null) return undefined
  return toCivil([header[3], monthNumber(header[2]), header[1]], header.slice(4))
}

function toCivil(
  [year, month, day]: (string | undefined)[],
  [hour, minute, second, fraction, zone]: (string | undefined)[],
): CivilTime {
  return {
    year: year === undefined ? undefined : Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    fraction: fraction ?? '',
    zone,
  }
}

/** 1 to 12; 0 for a name that is no month, which no date has. */
function monthNumber(name: string | undefined): string {
  return String(monthNames.indexOf(name ?? '') + 1)
}

function toEpochMs(time: CivilTime, year: number, timeZone = 'UTC'): number | undefined {
  if (year < 1) return undefined
  const asUtc = civilToEpochMs(year, time.month, time.day, time)
  if (asUtc === undefined) return undefined
  if (time.zone !== undefined) {
    const offset = readOffsetMs(time.zone)
    return offset === undefined ? undefined : asUtc - offset
  }
  // The offset at the guess may differ from the offset at the answer near a clock change: ask twice.
  const guess = asUtc - zoneOffsetMs(timeZone, asUtc)
  return asUtc - zoneOffsetMs(timeZone, guess)
}

const minuteMs = 60_000

function readOffsetMs(zone: string): number | undefined {
  if (zone.length < 4 && !zone.startsWith('+') && !zone.startsWith('-')) return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * minuteMs
}

/** The year before, of, or after receipt: the one whose date exists and is nearest. */
function nearestYear(time: CivilTime, options: TimestampOptions): number | undefined {
  if (options.nearMs === undefined) return undefined
  const receiptYear = new Date(options.nearMs).getUTCFullYear()
  let best: number | undefined
  for (let year = receiptYear - 1; year <= receiptYear + 1; year++) {
    const candidate = toEpochMs(time, year, options.timeZone)
    if (candidate === undefined) continue
    const distance = Math.abs(candidate - options.nearMs)
    if (best === undefined || distance < Math.abs(best - options.nearMs)) best = candidate
  }
  return best
}
