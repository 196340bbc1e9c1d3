// Quoted texts within a line: where one ends, and what its escapes stand for.

const quote = 0x22
const backslash = 0x5c

/** The index of the quote that closes the one at `start`; -1 when it never closes. A backslash hides what follows it. */
export function closingQuote(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === backslash) index++
    else if (code === quote) return index
  }
  return -1
}

const goEscape = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(["'\\/abfnrtv]))/g
const goLetters: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Undoes the escapes of JSON and of Go's `%q`; bytes (`\xff`) stay as they are written, for they are no text. */
export function unescapeGo(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(goEscape, (...match: string[]) => unescapeOne(match))
}

function unescapeOne([whole, short, long, byte, letter]: (string | undefined)[]): string {
  if (short !== undefined) return String.fromCharCode(Number.parseInt(short, 16))
  if (long !== undefined) {
    const point = Number.parseInt(long, 16)
    return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole!
  }
  return byte === undefined ? (goLetters[letter!] ?? letter!) : whole!
}

const webEscape = /(?:\\x[0-9a-fA-F]{2}){1,4096}|\\["\\nrtbv]/g
const webLetters: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', v: '\v' }

/**
 * Undoes the escapes of access logs: nginx writes `\xXX` for quotes, backslashes, control and non-ASCII bytes, Apache
 * `\"`, `\\`, `\n`, `\t` and `\xhh`. Bytes that form UTF-8 become letters; others, and control bytes, stay escaped.
 */
export function unescapeWeb(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(webEscape, (escape) => {
    if (escape[1] !== 'x') return webLetters[escape[1]!] ?? escape[1]!
    return decodeBytes(escape)
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const controls = /[\0-\u001f\u007f]/g

function decodeBytes(escaped: string): string {
  const bytes = Buffer.from(escaped.replaceAll('\\x', ''), 'hex')
  try {
    return utf8.decode(bytes).replace(controls, (control) => `\\x${hex(control.charCodeAt(0))}`)
  } catch {
    // No UTF-8: the quotes and backslashes among the bytes are still sure.
    return [...bytes]
      .map((byte) => (byte < 0x20 || byte > 0x7e ? `\\x${hex(byte)}` : String.fromCharCode(byte)))
      .join('')
  }
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
