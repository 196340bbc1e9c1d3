// Text from log lines, made harmless for a terminal: what it would obey becomes what a person can read.

/**
 * C0 and C1 control characters, DEL, and the characters that turn the direction of writing
 * (Unicode Bidirectional Algorithm, 2.1 to 2.7; "Trojan Source", CVE-2021-42574), and line separators.
 */
const obeyed = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One line. A tab becomes a space, other control characters their visible picture: ESC is `␛`. */
export function singleLine(text: string): string {
  return text.replaceAll(obeyed, picture)
}

/** Several lines: line feeds stay and divide. CR LF counts as one. */
export function safeLines(text: string): string[] {
  return text.split(/\r?\n/).map(singleLine)
}

/** Cut to `max` characters, the last of them `…`. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`
}

function picture(character: string): string {
  if (character === '\t') return ' '
  const code = character.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(0x24_00 + code)
  if (code === 0x7f) return '␡'
  return `\\u${code.toString(16).padStart(4, '0')}`
}
