// Redaction: the name in `{"name":"DB_PASSWORD","value":"…"}`, as environments of containers and OpenTelemetry's attributes are written.
import { backslashesBefore, colon, isSpace, quote, quoteLevel } from './bytes.ts'

const comma = 0x2c
const blanksMax = 16
/** Members that name what the member `value` behind them holds. */
const namingMembers = new Set(['name', 'key', 'header', 'field'])

interface Text {
  /** First byte of the opening quote's own backslashes. */
  from: number
  text: string
}

/** What the member before the one that begins at `from` names; undefined where it names nothing. */
export function pairName(
  line: Buffer,
  from: number,
  bounds: { level: number; nameMaxBytes: number },
): string | undefined {
  const comesAfter = skipBack(line, from)
  if (line[comesAfter - 1] !== comma) return undefined
  const named = textBefore(line, skipBack(line, comesAfter - 1), bounds)
  if (named === undefined) return undefined
  const separator = skipBack(line, named.from) - 1
  if (line[separator] !== colon) return undefined
  const member = textBefore(line, skipBack(line, separator), bounds)
  return member !== undefined && namingMembers.has(member.text.toLowerCase())
    ? named.text
    : undefined
}

/** The text whose closing quote is the last byte before `end`, with quotes of this level. */
function textBefore(
  line: Buffer,
  end: number,
  { level, nameMaxBytes }: { level: number; nameMaxBytes: number },
): Text | undefined {
  const closing = end - 1
  const markBytes = 2 ** level - 1
  if (line[closing] !== quote) return undefined
  if (quoteLevel(closing - backslashesBefore(line, closing)) !== level) return undefined
  let start = closing - markBytes
  const lowest = Math.max(0, start - nameMaxBytes)
  while (start > lowest && line[start - 1] !== quote) start--
  if (line[start - 1] !== quote) return undefined
  const text = line.toString('utf8', start, closing - markBytes)
  return { from: start - 1 - markBytes, text }
}

function skipBack(line: Buffer, from: number): number {
  let at = from
  const lowest = Math.max(0, from - blanksMax)
  while (at > lowest && isSpace[line[at - 1]!] === 1) at--
  return at
}
