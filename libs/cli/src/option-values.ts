// Option values, from text to what they mean, or a sentence that says what is right.
import { InvalidArgumentError } from 'commander'

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
