// A JSON line that is too long for other reasons than its texts: its largest members give way, so that the rest stays.
import { escapeBoundary, keptTextBytes, quote, type TextValue, textEnd } from './json-text.ts'

/** What a line is found by, least important first: these go last. */
const keptNames = ['message', 'msg', 'severity', '@timestamp', 'timestamp', 'time', 'level']
/** Smaller members gain nothing from a note in their place. */
const notedFromBytes = 256

interface Member {
  /** First byte of the name, after its quote. */
  nameStart: number
  /** The name's closing quote. */
  nameEnd: number
  /** First byte behind the value. */
  end: number
}

interface Weighed {
  text: Buffer
  /** What it takes when its texts are cut as far as they may be. */
  leastBytes: number
  /** Place in `keptNames`; -1 for all others. */
  rank: number
}

/**
 * The object with so much of its members that it fits into `maxBytes` as soon as its long texts are cut too: the largest
 * give way to a note of their size, then the last ones go. Undefined when the line is no JSON object.
 * @param texts the line's text values, in the order of the line.
 */
export function cutMembers(
  line: Buffer,
  texts: readonly TextValue[],
  maxBytes: number,
): Buffer | undefined {
  const members = rootMembers(line)
  if (members === undefined) return undefined
  const weighed = weigh(line, members, texts)
  // Two braces, and a comma behind each member but the last.
  let bytes = weighed.reduce((sum, { leastBytes }) => sum + leastBytes + 1, 1)

  const largestFirst = weighed
    .map((member, index) => ({ member, at: members[index]! }))
    .filter(({ member }) => member.leastBytes > notedFromBytes)
    .sort((left, right) => right.member.leastBytes - left.member.leastBytes)
  for (const { member, at } of largestFirst) {
    if (bytes <= maxBytes) break
    member.text = note(line, at)
    bytes -= member.leastBytes - member.text.length
    member.leastBytes = member.text.length
  }

  const lastFirst = weighed.toReversed().sort((left, right) => left.rank - right.rank)
  const gone = new Set<Weighed>()
  for (const member of lastFirst) {
    if (bytes <= maxBytes) break
    bytes -= member.leastBytes + 1
    gone.add(member)
  }
  return joined(weighed.filter((member) => !gone.has(member)))
}

function joined(members: readonly Weighed[]): Buffer {
  const parts: Buffer[] = []
  for (const { text } of members) {
    parts.push(Buffer.from(parts.length === 0 ? '{' : ','), text)
  }
  parts.push(Buffer.from(parts.length === 0 ? '{}' : '}'))
  return Buffer.concat(parts)
}

function weigh(line: Buffer, members: readonly Member[], texts: readonly TextValue[]): Weighed[] {
  let next = 0
  return members.map(({ nameStart, nameEnd, end }) => {
    const text = line.subarray(nameStart - 1, end)
    let leastBytes = text.length
    for (; next < texts.length && texts[next]!.end < end; next++) {
      const { start, end: textStop } = texts[next]!
      leastBytes -= Math.max(0, textStop - start - keptTextBytes)
    }
    const isShort = nameEnd - nameStart < 16
    const rank = isShort ? keptNames.indexOf(line.toString('latin1', nameStart, nameEnd)) : -1
    return { text, leastBytes, rank }
  })
}

function note(line: Buffer, { nameStart, nameEnd, end }: Member): Buffer {
  const nameStop =
    nameEnd - nameStart <= keptTextBytes
      ? nameEnd
      : escapeBoundary(line, nameStart, nameStart + keptTextBytes)
  const name = line.subarray(nameStart - 1, nameStop)
  return Buffer.concat([name, Buffer.from(`":"[cut: ${end - nameStart + 1} bytes]"`)])
}

/** Undefined when the bytes are not one object from the first to the last. */
function rootMembers(line: Buffer): Member[] | undefined {
  const members: Member[] = []
  let at = afterBlanks(line, 1)
  if (line[at] === 0x7d) return at === line.length - 1 ? members : undefined
  for (;;) {
    if (line[at] !== quote) return undefined
    const nameStart = at + 1
    const nameEnd = textEnd(line, nameStart)
    if (nameEnd === -1) return undefined
    at = afterBlanks(line, nameEnd + 1)
    if (line[at] !== 0x3a) return undefined
    const end = valueEnd(line, afterBlanks(line, at + 1))
    if (end === undefined) return undefined
    members.push({ nameStart, nameEnd, end })
    at = afterBlanks(line, end)
    if (line[at] === 0x7d) return at === line.length - 1 ? members : undefined
    if (line[at] !== 0x2c) return undefined
    at = afterBlanks(line, at + 1)
  }
}

/** First byte behind the value that begins at `start`. */
function valueEnd(line: Buffer, start: number): number | undefined {
  let depth = 0
  let at = start
  for (; at < line.length; at++) {
    const byte = line[at]!
    if (byte === quote) {
      at = textEnd(line, at + 1)
      if (at === -1) return undefined
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++
    } else if (byte === 0x7d || byte === 0x5d) {
      // The brace of the line itself ends a number or a word.
      if (depth === 0) return at === start ? undefined : at
      depth--
    } else if (depth > 0 || !isBlankOrComma(byte)) {
      continue
    } else {
      return at === start ? undefined : at
    }
    if (depth === 0) return at + 1
  }
  return undefined
}

function afterBlanks(line: Buffer, from: number): number {
  let at = from
  while (isBlank(line[at])) at++
  return at
}

function isBlankOrComma(byte: number): boolean {
  return byte === 0x2c || isBlank(byte)
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a
}
