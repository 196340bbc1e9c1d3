// From when to when: a few spans that people mean most often, or two times.
import { nowMs } from '../clock.ts'
import { changeParameters } from '../shell/route.ts'

interface RangePickerProps {
  from: string
  to: string
}

const spans = {
  'now-5m': 'Last 5 minutes',
  'now-15m': 'Last 15 minutes',
  'now-1h': 'Last hour',
  'now-6h': 'Last 6 hours',
  'now-24h': 'Last 24 hours',
  'now-7d': 'Last 7 days',
  'now-30d': 'Last 30 days',
} as const

const minuteMs = 60_000

export function RangePicker({ from, to }: RangePickerProps) {
  const isSpan = to === 'now' && from in spans
  return (
    <span class="range">
      <select
        aria-label="Time range"
        value={isSpan ? from : 'custom'}
        onChange={({ currentTarget: { value } }) => {
          if (value === 'custom') changeParameters(anHour())
          else changeParameters({ from: value, to: undefined })
        }}
      >
        {Object.entries(spans).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
        <option value="custom">From … to …</option>
      </select>
      {!isSpan && (
        <>
          <TimeInput label="From" name="from" value={from} />
          <span aria-hidden="true">–</span>
          <TimeInput label="To" name="to" value={to} />
        </>
      )}
    </span>
  )
}

function TimeInput({ label, name, value }: { label: string; name: 'from' | 'to'; value: string }) {
  return (
    <input
      type="datetime-local"
      step="1"
      aria-label={label}
      value={localText(value)}
      onChange={({ currentTarget }) => {
        const date = new Date(currentTarget.value)
        if (!Number.isNaN(date.getTime())) changeParameters({ [name]: date.toISOString() })
      }}
    />
  )
}

function anHour(): Record<string, string> {
  const to = Math.ceil(nowMs() / minuteMs) * minuteMs
  return { from: new Date(to - 60 * minuteMs).toISOString(), to: new Date(to).toISOString() }
}

/** What the browser's own field takes: local time without a zone. Relative times have no such form. */
function localText(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ''
  const local = new Date(date.getTime() - date.getTimezoneOffset() * minuteMs)
  return local.toISOString().slice(0, 19)
}
