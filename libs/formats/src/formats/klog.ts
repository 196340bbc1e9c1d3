// klog and glog: `Lmmdd hh:mm:ss.uuuuuu thread file:line] message`, also klog's structured form (`klog.go`, header comment).
import type { Draft } from '../draft.ts'
import { takeError } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { isNoError, scanPairs } from '../logfmt-pairs.ts'
import { closingQuote, unescapeGo } from '../quoted-text.ts'
import { takeMessage, takePart } from '../text-parts.ts'

interface Parts {
  head: RegExpExecArray
  message: string
}

/** glog since 0.5 writes the year too. */
const prefix =
  /^([IWEF])(\d{4})?(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{6})\s{1,8}(\d{1,19}) ([^\s\]]{1,255}):(\d{1,9})\] ?/
const prefixLengthMax = 320
const levels: Record<string, string> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' }

export const klog = defineFormat({
  name: 'klog',
  aliases: ['glog'],
  shape: 'text',
  signature: '`Lmmdd hh:mm:ss.uuuuuu thread file:line]`',

  recognize({ text }: Line): Parts | undefined {
    const head = prefix.exec(text.slice(0, prefixLengthMax))
    return head === null ? undefined : { head, message: text.slice(head[0].length) }
  },

  normalize({ head, message }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    const [, letter, year, month, day, clock, thread, file, line] = head
    const time = year === undefined ? `${month}${day} ${clock}` : `${year}-${month}-${day} ${clock}`
    takePart(draft, 'time', '@timestamp', time)
    takePart(draft, 'level', 'log.level', levels[letter!])
    takePart(draft, 'thread', 'process.thread.id', thread)
    takePart(draft, 'file', 'log.origin.file.name', file)
    takePart(draft, 'line', 'log.origin.file.line', line)
    if (!takeStructured(draft, message)) takeMessage(draft, message)
  },
})

/** `"message" key="value" …` (klog's InfoS and ErrorS); false for everything else. */
function takeStructured(draft: Draft, text: string): boolean {
  if (!text.startsWith('"')) return false
  const close = closingQuote(text, 0)
  if (close === -1) return false
  const pairs = scanPairs(text.slice(close + 1), 'klog')
  if (pairs === undefined) return false
  draft.from = 'message'
  draft.put('message', unescapeGo(text.slice(1, close)))
  for (const [key, value] of pairs) {
    draft.from = key
    if ((key === 'err' || key === 'error') && !isNoError(value)) takeError(draft, key, value)
    else if (key === 'logger') draft.take('log.logger', key, value)
    else draft.leave(key, value)
  }
  return true
}
