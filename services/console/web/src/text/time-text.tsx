// Times in the reader's own zone, with the exact ISO form under the pointer.
const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})
const dayFormat = new Intl.DateTimeFormat(undefined, { month: 'short', day: '2-digit' })
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** The zone that all times of the page are in. */
export const zoneName = Intl.DateTimeFormat().resolvedOptions().timeZone

interface TimeProps {
  /** ISO text, or epoch milliseconds. */
  at: string | number
  /** clock: the time of day; day: with the day; full: with year and seconds. */
  form?: 'clock' | 'day' | 'full'
}

export function Time({ at, form = 'clock' }: TimeProps) {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>
  const iso = typeof at === 'string' ? at : date.toISOString()
  return (
    <time dateTime={date.toISOString()} title={iso}>
      {timeText(date, form)}
    </time>
  )
}

export function timeText(date: Date, form: 'clock' | 'day' | 'full'): string {
  if (form === 'full') return fullFormat.format(date)
  const clock = clockFormat.format(date)
  return form === 'day' ? `${dayFormat.format(date)} ${clock}` : clock
}
