// Python's logging as text: `asctime - name - levelname - message`, and `LEVEL:name:message` of basicConfig.
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { takeMessage, takePart } from '../text-parts.ts'

interface Parts {
  time?: string | undefined
  logger: string
  level: string
  message: string
}

const level = String.raw`DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|NOTSET|Level \d{1,9}`
const time = String.raw`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?`
const dashed = new RegExp(String.raw`^(${time}) - ([^\s]{1,255}) - (${level}) - `)
const basic = new RegExp(String.raw`^(${level}):([^\s:]{1,255}):`)
const numbered = /^Level (\d{1,9})$/
const headLengthMax = 512

export const pythonLogging = defineFormat({
  name: 'python-logging',
  aliases: ['python'],
  shape: 'text',
  signature: '`time - name - LEVEL - message`, or `LEVEL:name:message`',

  recognize({ text }: Line): Parts | undefined {
    const plain = stripAnsi(text)
    const head = plain.slice(0, headLengthMax)
    const long = dashed.exec(head)
    if (long !== null) {
      const [whole, when, logger, word] = long
      return { time: when, logger: logger!, level: word!, message: plain.slice(whole.length) }
    }
    const short = basic.exec(head)
    if (short === null) return undefined
    return { logger: short[2]!, level: short[1]!, message: plain.slice(short[0].length) }
  },

  normalize({ time: when, logger, level: word, message }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    takePart(draft, 'asctime', '@timestamp', when)
    takePart(draft, 'name', 'log.logger', logger)
    draft.from = 'levelname'
    const custom = numbered.exec(word)
    if (custom !== null) draft.putSeverity(Number(custom[1]), 'python')
    else draft.put('log.level', word)
    takeMessage(draft, message)
  },
})
