// Which lines outlive others when memory runs out: a look at a line's level, without parsing it.

const quote = 0x22
const severePino = 50
const severeText = /^(error|err|fatal|crit|critical|alert|emerg|emergency|panic|dpanic)$/i
/** Plain text: a level in capitals, or logfmt's `level=error`, near the start. */
const severePlain =
  /\b(ERROR|FATAL|CRITICAL|CRIT|ALERT|EMERG|PANIC)\b|\b(level|lvl)="?(error|fatal|panic)/
const plainLookBytes = 160
const levelTextMaxBytes = 12

/** Ends of the member name, so that `level`, `log.level`, `severity` and `log_level` are all found. */
const levelMembers = [Buffer.from('level":'), Buffer.from('severity":')]

/**
 * Whether a line looks like an error or worse: pino and bunyan levels from 50, or a level spelled out. A
 * wrong guess only changes which line is dropped first.
 */
export function isSevereLine(line: Buffer): boolean {
  for (const member of levelMembers) {
    const at = line.indexOf(member)
    if (at !== -1) return isSevereValue(line, at + member.length)
  }
  return severePlain.test(line.toString('latin1', 0, plainLookBytes))
}

function isSevereValue(line: Buffer, from: number): boolean {
  let start = from
  while (line[start] === 0x20) start++
  if (line[start] === quote) {
    const end = line.indexOf(quote, start + 1)
    if (end === -1 || end - start - 1 > levelTextMaxBytes) return false
    return severeText.test(line.toString('latin1', start + 1, end))
  }
  return (
    Number.parseInt(line.toString('latin1', start, start + levelTextMaxBytes), 10) >= severePino
  )
}
