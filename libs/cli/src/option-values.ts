// Option values, from text to what they mean, or a sentence that says what is right.
import { InvalidArgumentError, Option } from 'commander'

/** A whole number between the bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

/** One of the values, in lower case. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
): (text: string) => Value {
  return (text) => {
    const found = values.find((value) => value === text.toLowerCase())
    if (found !== undefined) return found
    throw new InvalidArgumentError(`It must be one of ${values.join(', ')}.`)
  }
}

/** Collects names, separated by commas or given several times; an empty one would mean nobody, or everybody. */
export function namesOption(text: string, previous: string[] = []): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (!names.includes('')) return [...previous, ...names]
  throw new InvalidArgumentError('A name must not be empty.')
}

/** Collects `name=value` of an option that may be given several times. */
export function nameValue(
  text: string,
  previous: Record<string, string> = {},
): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It must be name=value.')
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** Kafka's rule for topic names: 1 to 249 letters, digits, dots, underscores and dashes; not `.` or `..`. */
export function topicName(text: string): string {
  if (/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(text)) return text
  throw new InvalidArgumentError(
    'A topic name is 1 to 249 letters, digits, dots, underscores and dashes.',
  )
}

/** `--topic`, the same for every command; `what` says whose it is. */
export function topicOption(what: string): Option {
  const text = `${what} (default: MILLRACE_KAFKA_TOPIC, else logs)`
  return new Option('--topic <name>', text).argParser(topicName)
}

/** `--since`; `what` says which are meant. */
export function sinceOption(what: string): Option {
  const text = `${what} since: 2h, 30m, 7d, or 2026-01-31T08:00Z`
  return new Option('--since <when>', text).argParser(pointInTime)
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90s`, `30m`, `2h`, `7d` ago, or an ISO 8601 time; a date alone is its beginning in UTC. */
export function pointInTime(text: string): (nowMs: number) => number {
  const ago = /^(\d{1,9})([smhd])$/.exec(text)
  if (ago !== null) {
    const backMs = Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs]
    return (nowMs) => nowMs - backMs
  }
  const atMs = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isFinite(atMs)) return () => atMs
  throw new InvalidArgumentError(
    'It must be a time such as 2026-01-31 or 2026-01-31T08:00Z, or how long ago, such as 90s, 30m, 2h or 7d.',
  )
}
