// A long line's JSON, byte by byte: where its texts begin and end, and where they can be cut.

export const quote = 0x22
const backslash = 0x5c
const lowerU = 0x75
/** Text values shorter than this are left alone: they are names and ids, not what makes a line long. */
export const keptTextBytes = 128

export interface TextValue {
  /** First byte after the opening quote. */
  start: number
  /** The closing quote. */
  end: number
}

/** Every text that is a value and not a member's name; undefined when a text has no end. */
export function textValues(line: Buffer): TextValue[] | undefined {
  const values: TextValue[] = []
  let at = line.indexOf(quote)
  while (at !== -1) {
    const start = at + 1
    const end = textEnd(line, start)
    if (end === -1) return undefined
    let next = end + 1
    while (line[next] === 0x20 || line[next] === 0x09) next++
    if (line[next] !== 0x3a && end - start > keptTextBytes) values.push({ start, end })
    at = line.indexOf(quote, end + 1)
  }
  return values
}

/** The closing quote: the first one with an even number of backslashes before it. */
export function textEnd(line: Buffer, start: number): number {
  let end = line.indexOf(quote, start)
  while (end !== -1) {
    let slashes = 0
    while (line[end - 1 - slashes] === backslash && end - 1 - slashes >= start) slashes++
    if (slashes % 2 === 0) return end
    end = line.indexOf(quote, end + 1)
  }
  return -1
}

/** The last place up to `limit` that splits neither an escape, nor an escaped surrogate pair, nor a UTF-8 character. */
export function escapeBoundary(line: Buffer, start: number, limit: number): number {
  let at = line.indexOf(backslash, start)
  while (at !== -1 && at < limit) {
    const next = at + escapeLength(line, at)
    if (next > limit) return at
    at = line.indexOf(backslash, next)
  }
  return utf8Boundary(line, limit)
}

function escapeLength(line: Buffer, at: number): number {
  if (line[at + 1] !== lowerU) return 2
  const high = /^d[89ab]/i.test(line.toString('latin1', at + 2, at + 4))
  const pair = high && line[at + 6] === backslash && line[at + 7] === lowerU
  return pair ? 12 : 6
}

export function utf8Boundary(line: Buffer, limit: number): number {
  let at = limit
  while (at > 0 && at > limit - 4 && (line[at]! & 0xc0) === 0x80) at--
  return at
}
