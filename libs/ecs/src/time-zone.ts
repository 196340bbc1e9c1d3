// Time without a zone: the offset that a configured zone had at that moment.

const formatters = new Map<string, Intl.DateTimeFormat>()
const formattersMax = 64

/** Milliseconds to add to UTC for the wall clock of `timeZone`; 0 for a zone that does not exist. */
export function zoneOffsetMs(timeZone: string, epochMs: number): number {
  if (timeZone === 'UTC') return 0
  const formatter = findFormatter(timeZone)
  if (formatter === undefined) return 0
  const name = formatter.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '')
  if (match === null) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
  return (match[1] === '-' ? -1000 : 1000) * seconds
}

/** Whether `timeZone` is UTC, an IANA name or an offset such as +02:00. */
export function isTimeZone(timeZone: string): boolean {
  return timeZone === 'UTC' || findFormatter(timeZone) !== undefined
}

function findFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  try {
    const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    if (formatters.size >= formattersMax) formatters.clear()
    formatters.set(timeZone, formatter)
    return formatter
  } catch {
    return undefined
  }
}
