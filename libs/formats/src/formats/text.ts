// Plain text: a time at the start and a level that stands as a field are read, the text stays the message.
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { findLevelWord } from '../level-word.ts'
import { looksLikeStack, stackPart } from '../stack-text.ts'

export const text = defineFormat({
  name: 'text',
  aliases: ['plain', 'plain-text'],
  shape: 'text',
  signature: 'everything else',

  recognize: (line: Line): string => line.text,

  normalize(line: string, draft: Draft): void {
    draft.keepsOriginal = true
    draft.put('message', line)
    const head = stripAnsi(line.slice(0, headLength * 2)).slice(0, headLength)
    const time = timePrefix.exec(head)
    const hasTime = time !== null && draft.put('@timestamp', time[1])
    const level = findLevelWord(head, hasTime ? time[0].length : 0)
    if (level !== undefined) draft.put('log.level', level)
    if (looksLikeStack(line)) takeStack(draft, stripAnsi(stackPart(line)))
  },
})

/** A time and a level are looked for this far. Unit: characters. */
const headLength = 160

const timePrefix = new RegExp(
  String.raw`^[\s\["'(]{0,8}(` +
    [
      String.raw`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?`,
      String.raw`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?`,
      String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: \d{4})?`,
    ].join('|') +
    String.raw`)(?![\d:])`,
)
