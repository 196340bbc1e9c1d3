// Terminal colours are for terminals: they are taken out of texts that people search.

const escape = '\u001b'
/** ECMA-48 control sequences (5.4), colours among them, and the two-byte escapes. */
const sequences = /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[@-Z\\^_])/g

/** The text without terminal escape sequences; the same text when it has none. */
export function stripAnsi(text: string): string {
  return text.includes(escape) ? text.replace(sequences, '') : text
}
