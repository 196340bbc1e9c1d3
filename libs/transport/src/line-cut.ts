// A line too long for the topic: cut so that it fits and, if it is JSON, stays JSON.
import {
  escapeBoundary,
  keptTextBytes,
  type TextValue,
  textValues,
  utf8Boundary,
} from './json-text.ts'
import { cutMembers } from './member-cut.ts'

/**
 * At most `maxBytes` of a line. In a JSON object the longest text values lose their ends, everything else stays byte
 * for byte. Where that is not enough, because of arrays, objects, names or the sheer number of members, the largest
 * members give way to a note of their size, then the last ones go; level, time and message stay longest. Other lines
 * lose their end, between two UTF-8 characters.
 */
export function cutLine(line: Buffer, maxBytes: number): Buffer {
  if (line.length <= maxBytes) return line
  return (
    cutJsonObject(line, maxBytes) ?? Buffer.from(line.subarray(0, utf8Boundary(line, maxBytes)))
  )
}

function cutJsonObject(line: Buffer, maxBytes: number): Buffer | undefined {
  if (line[0] !== 0x7b || line[line.length - 1] !== 0x7d) return undefined
  const texts = textValues(line)
  if (texts === undefined) return undefined
  const short = cutTexts(line, texts, maxBytes)
  if (short !== undefined) return short
  const fewer = cutMembers(line, texts, maxBytes)
  if (fewer === undefined || fewer.length <= maxBytes) return fewer
  return cutTexts(fewer, textValues(fewer) ?? [], maxBytes)
}

/** Undefined when the texts alone can't make the line fit. */
function cutTexts(line: Buffer, texts: readonly TextValue[], maxBytes: number): Buffer | undefined {
  let excess = line.length - maxBytes
  const cuts: TextValue[] = []
  const longestFirst = texts.toSorted(
    (left, right) => right.end - right.start - (left.end - left.start),
  )
  for (const value of longestFirst) {
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
