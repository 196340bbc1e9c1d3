// Redaction: the password of `scheme://user:password@host`.
import { atSign, bytesOf, colon, isSpace, quote } from './bytes.ts'

/** Farther than this no end of user and password is looked for. */
const authorityMaxBytes = 256
const authorityEnds = bytesOf("/?#\\<>'`")
const zero = 0x30

/**
 * The password's place, for an address whose user begins at `from`. A password with a raw slash in it is found
 * too: what stands behind the colon is no port then, and a `@` comes later (RFC 3986 3.2.1 wants it escaped).
 */
export function passwordInUrl(
  line: Buffer,
  from: number,
): { from: number; to: number } | undefined {
  const limit = Math.min(line.length, from + authorityMaxBytes)
  let userEnd = -1
  let lastAt = -1
  let isPastAuthority = false
  for (let place = from; place < limit; place++) {
    const byte = line[place]!
    if (isSpace[byte] === 1 || byte === quote) break
    if (byte === atSign) {
      lastAt = place
      if (isPastAuthority) break
    } else if (byte === colon && userEnd === -1 && !isPastAuthority) userEnd = place
    else if (authorityEnds.has(byte) && !isPastAuthority) {
      if (lastAt !== -1 || userEnd === -1 || isPort(line, userEnd + 1, place)) break
      isPastAuthority = true
    }
  }
  const isFound = userEnd !== -1 && lastAt > userEnd
  return isFound ? { from: userEnd + 1, to: lastAt } : undefined
}

function isPort(line: Buffer, from: number, to: number): boolean {
  for (let place = from; place < to; place++) {
    const digit = line[place]! - zero
    if (digit < 0 || digit > 9) return false
  }
  return true
}
