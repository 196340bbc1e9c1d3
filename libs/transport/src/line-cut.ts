// A line too long for the topic: cut so that it fits and, if it is JSON, stays JSON.

const quote = 0x22
const backslash = 0x5c
const lowerU = 0x75
/** Text values shorter than this are left alone: they are names and ids, not what makes a line long. */
const keptTextBytes = 128

interface TextValue {
  /** First byte after the opening quote. */
  start: number
  /** The closing quote. */
  end: number
}

/**
 * At most `maxBytes` of a line. In a JSON object the longest text values lose their ends, everything else
 * stays byte for byte; other lines lose their end, between two UTF-8 characters.
 */
export function cutLine(line: Buffer, maxBytes: number): Buffer {
  if (line.length <= maxBytes) return line
  return (
    cutJsonObject(line, maxBytes) ?? Buffer.from(line.subarray(0, utf8Boundary(line, maxBytes)))
  )
}

function cutJsonObject(line: Buffer, maxBytes: number): Buffer | undefined {
  if (line[0] !== 0x7b || line[line.length - 1] !== 0x7d) return undefined
  const values = textValues(line)
  if (values === undefined) return undefined
  let excess = line.length - maxBytes
  const cuts: TextValue[] = []
  values.sort((left, right) => right.end - right.start - (left.end - left.start))
  for (const value of values) {
    const length = value.end - value.start
    if (excess <= 0 || length <= keptTextBytes) break
    const keptEnd = escapeBoundary(
      line,
      value.start,
      value.start + Math.max(keptTextBytes, length - excess),
    )
    excess -= value.end - keptEnd
    cuts.push({ start: keptEnd, end: value.end })
  }
  if (excess > 0) return undefined
  cuts.sort((left, right) => left.start - right.start)
  const parts: Buffer[] = []
  let from = 0
  for (const cut of cuts) {
    parts.push(line.subarray(from, cut.start))
    from = cut.end
  }
  parts.push(line.subarray(from))
  return Buffer.concat(parts)
}

/** Every text that is a value and not a member's name; undefined when a text has no end. */
function textValues(line: Buffer): TextValue[] | undefined {
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
function textEnd(line: Buffer, start: number): number {
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
function escapeBoundary(line: Buffer, start: number, limit: number): number {
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

function utf8Boundary(line: Buffer, limit: number): number {
  let at = limit
  while (at > 0 && at > limit - 4 && (line[at]! & 0xc0) === 0x80) at--
  return at
}
