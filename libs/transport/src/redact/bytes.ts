// What redaction knows of single bytes: classes of them, escapes, and how deep a quote lies in texts within texts.

export const lineFeed = 0x0a
export const carriageReturn = 0x0d
export const quote = 0x22
export const apostrophe = 0x27
export const backslash = 0x5c
export const colon = 0x3a
export const equals = 0x3d
export const atSign = 0x40
export const lowerU = 0x75

function table(test: (byte: number, letter: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    test(byte, String.fromCharCode(byte)) ? 1 : 0,
  )
}

/** The bytes of these ASCII letters. */
export function bytesOf(letters: string): ReadonlySet<number> {
  return new Set(Buffer.from(letters))
}

/** Letters and digits; every byte of a character beyond ASCII counts as a letter. */
export const isLetter = table((byte, letter) => byte >= 0x80 || /[a-z0-9]/i.test(letter))
/** What a name without quotes is made of: `db.password`, `X-Api-Key`, `user[password]`, `user%5Bpassword%5D`. */
export const isNameByte = table((byte, letter) => byte >= 0x80 || /[\w.\-[\]%$]/.test(letter))
/** What a name may end at. */
export const isSeparator = table((_, letter) => /[:=>]/.test(letter))
export const isBlank = table((_, letter) => /[ \t]/.test(letter))
export const isSpace = table((_, letter) => /[ \t\r\n]/.test(letter))

/** The first byte of the run of backslashes that ends before `at`. */
export function backslashesBefore(line: Buffer, at: number): number {
  let start = at
  while (start > 0 && line[start - 1] === backslash) start--
  return start
}

/**
 * How many texts a quote lies in, by the number of backslashes before it: JSON doubles each and adds one for
 * every text around it, so the level is the number of ones at the end of the binary number. 0 and 2 backslashes: a
 * quote of the line itself; 1 and 5: of a JSON text in a text; 3: of a text in that.
 */
export function quoteLevel(backslashes: number): number {
  let level = 0
  for (let rest = backslashes; rest % 2 === 1; rest = (rest - 1) / 2) level++
  return level
}

/** The backslashes that a quote of this level is written with. */
export function quoteText(level: number): string {
  return `${'\\'.repeat(2 ** level - 1)}"`
}
