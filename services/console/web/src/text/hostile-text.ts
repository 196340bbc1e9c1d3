// Every character of a log line may be an attack: what a reader could not see, or would see in a wrong place, is named.

/** `at`: where the part begins. */
export type TextPart = { at: number; text: string } | { at: number; name: string; code: number }

/** Controls, and what turns, hides or joins text. Line feed and tab stay where lines may have them. */
const unsafe =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu

const names: Readonly<Record<number, string>> = {
  0x7f: 'DEL',
  0xad: 'SHY',
  0x61c: 'ALM',
  0x200b: 'ZWSP',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2028: 'LSEP',
  0x2029: 'PSEP',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2060: 'WJ',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
}

/**
 * The text in parts: what may be shown as it is, and characters that are shown by name.
 * @param multiline keeps line feeds and tabs.
 */
export function textParts(text: string, multiline: boolean): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(unsafe)) {
    const code = match[0].codePointAt(0)!
    if (multiline && (code === 0x0a || code === 0x09)) continue
    if (match.index > from) parts.push({ at: from, text: text.slice(from, match.index) })
    parts.push({ at: match.index, name: nameOf(code), code })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from) })
  return parts
}

/** The first characters of a text, never half of a pair. */
export function beginning(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text
  const last = text.charCodeAt(charactersMax - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? charactersMax - 1 : charactersMax)
}

const controlNames =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  )

function nameOf(code: number): string {
  const name = controlNames[code] ?? names[code]
  return name ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
