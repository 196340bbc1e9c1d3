// pino-pretty: pino's lines as a developer sees them, `[time] LEVEL (name/pid on host): message` (pinojs/pino-pretty README).
import { isLevelWord } from '@millrace/ecs'
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { looksLikeStack, stackPart } from '../stack-text.ts'

const prefix =
  /^\[([0-9][0-9:. +T,Z/-]{7,39})\] ([A-Z]{3,12}|USERLVL)(?: \((?:([^()\n]{1,128})\/)?(\d{1,10})(?: on ([^()\s]{1,255}))?\))?:(?: |$|(?=\n))/

/** The prefix is short; colour codes make it longer. Unit: characters. */
const headLength = 1024

export const pinoPretty = defineFormat({
  name: 'pino-pretty',
  shape: 'text',
  signature: '`[time] LEVEL (name/pid on host): message`, coloured or not',

  recognize({ text }: Line): RegExpExecArray | undefined {
    const first = text.charCodeAt(0)
    // `[` or an escape sequence.
    if (first !== 0x5b && first !== 0x1b) return undefined
    const match = prefix.exec(stripAnsi(text.slice(0, headLength)))
    return match !== null && (isLevelWord(match[2]!) || match[2] === 'USERLVL') ? match : undefined
  },

  normalize([whole, time, level, name, pid, host]: RegExpExecArray, draft: Draft, { line }): void {
    draft.keepsOriginal = true
    const text = stripAnsi(line.text)
    const message = text.slice(whole.length)
    draft.put('message', message)
    // The short form has a clock but no date: the time of receipt stands in.
    draft.take('@timestamp', 'time', time)
    if (level !== 'USERLVL') draft.put('log.level', level)
    if (pid !== undefined) draft.put('process.pid', pid)
    if (host !== undefined && draft.put('host.hostname', host)) draft.put('host.name', host)
    if (name !== undefined && draft.put('log.logger', name)) draft.serviceFallback = name
    if (looksLikeStack(message)) takeStack(draft, stackPart(message))
  },
})
