// Time: every spelling that loggers use becomes one, UTC with `Z`, and no digit is lost down to the nanosecond.
import { parseTimestampText, type TimestampOptions } from './timestamp-text.ts'
import { formatInstant, type Instant, instantFromDigits } from './instant.ts'

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
 * Reads a number, a bigint or a text (formats.md part 2). Numbers mean seconds, milliseconds, microseconds or
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
      return { epochMs: value, iso: new Date(value).toISOString(), zoned: true }
    }
    return stamp(value < 1e21 ? instantFromDigits(String(value)) : undefined, true)
  }
  if (typeof value === 'bigint') return stamp(instantFromDigits(String(value)), true)
  if (typeof value !== 'string' || value.length > 64 || value.length < 8) return undefined
  const fromDigits = instantFromDigits(value)
  if (fromDigits !== undefined) return stamp(fromDigits, true)
  const parsed = parseTimestampText(value.trim(), options)
  return parsed === undefined ? undefined : stamp(parsed.instant, parsed.zoned)
}

function stamp(instant: Instant | undefined, zoned: boolean): Timestamp | undefined {
  if (instant === undefined) return undefined
  const iso = formatInstant(instant)
  return iso === undefined ? undefined : { epochMs: instant.epochMs, iso, zoned }
}
