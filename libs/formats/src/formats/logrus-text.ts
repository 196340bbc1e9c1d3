// logrus on a terminal: `INFO[0042] message   key=value`, coloured or not (sirupsen/logrus, `text_formatter.go`).
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { takeError } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { isNoError, type Pair, scanPairs } from '../logfmt-pairs.ts'
import { takeMessage, takePart } from '../text-parts.ts'

interface Parts {
  level: string
  /** Seconds since the start, or a time where the program asks for one. */
  time: string
  message: string
  pairs: readonly Pair[]
}

/** logrus cuts its level words to four letters. */
const levels: Record<string, string> = {
  TRAC: 'trace',
  DEBU: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERRO: 'error',
  FATA: 'fatal',
  PANI: 'panic',
}
const prefix = /^(TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[(\d{4,10}|\d{4}-\d\d-\d\dT[^\]\s]{8,24})\] ?/
/** The message is filled up to this width, so that the pairs after it stand in one column. */
const messageWidth = 44
const pairsStart = / {1,44}(?=[\w.@/-]{1,255}=)/g
const prefixLengthMax = 64

export const logrusText = defineFormat({
  name: 'logrus-text',
  shape: 'text',
  signature: '`LEVL[seconds] message   key=value`, the level in four letters',

  recognize({ text }: Line): Parts | undefined {
    const plain = stripAnsi(text)
    const head = prefix.exec(plain.slice(0, prefixLengthMax))
    if (head === null) return undefined
    const [whole, level, time] = head
    return { level: levels[level!]!, time: time!, ...readBody(plain.slice(whole.length)) }
  },

  normalize({ level, time, message, pairs }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    if (time.includes('T')) takePart(draft, 'time', '@timestamp', time)
    else draft.leave('time', time)
    takePart(draft, 'level', 'log.level', level)
    for (const [key, value] of pairs) {
      draft.from = key
      if (key === 'error' && !isNoError(value)) takeError(draft, key, value)
      else draft.leave(key, value)
    }
    takeMessage(draft, message)
  },
})

/** A long message may hold `a=b` itself: the fields begin at the first place from which on there is nothing but pairs. */
function readBody(text: string): { message: string; pairs: readonly Pair[] } {
  pairsStart.lastIndex = messageWidth
  for (let tries = 0; tries < triesMax; tries++) {
    const start = pairsStart.exec(text)
    if (start === null) break
    const pairs = scanPairs(text.slice(start.index), 'logfmt')
    if (pairs !== undefined && pairs.every(([, value]) => value !== true)) {
      return { message: text.slice(0, start.index).trimEnd(), pairs }
    }
  }
  return { message: text.trimEnd(), pairs: [] }
}

const triesMax = 8
