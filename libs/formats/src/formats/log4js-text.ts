// log4js' basic layout: `[time] [LEVEL] category - message`, coloured or not (log4js-node, `lib/layouts.js`).
import { isLevelWord } from '@millrace/ecs'
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { takeMessage, takePart } from '../text-parts.ts'

interface Parts {
  time: string
  level: string
  category: string
  message: string
}

const prefix =
  /^\[(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)\] \[([A-Z]{3,13})\] ([^\s[\]]{1,255}) - /
const headLengthMax = 512

export const log4jsText = defineFormat({
  name: 'log4js-text',
  shape: 'text',
  signature: '`[time] [LEVEL] category - message`',

  recognize({ text }: Line): Parts | undefined {
    const plain = stripAnsi(text)
    if (!plain.startsWith('[')) return undefined
    const match = prefix.exec(plain.slice(0, headLengthMax))
    if (match === null || !isLevelWord(match[2]!)) return undefined
    const [whole, time, level, category] = match
    return {
      time: time!,
      level: level!,
      category: category!,
      message: plain.slice(whole.length),
    }
  },

  normalize({ time, level, category, message }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    takePart(draft, 'time', '@timestamp', time)
    takePart(draft, 'level', 'log.level', level)
    takePart(draft, 'category', 'log.logger', category)
    takeMessage(draft, message)
  },
})
