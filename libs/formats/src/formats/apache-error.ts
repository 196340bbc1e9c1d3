// Apache error log, 2.4 and 2.2: `[time] [module:level] [pid P:tid T] (errno)text: [client A:port] AHnnnnn: text` (httpd `ErrorLogFormat`).
import { isIpAddress } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { putClientAddress } from '../http-fields.ts'
import { takePart } from '../text-parts.ts'

interface Parts {
  head: RegExpExecArray
  rest: string
}

const prefix =
  /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4})\] \[(?:([\w.-]{0,64}):)?(trace[1-8]|debug|info|notice|warn|error|crit|alert|emerg)\] (?:\[pid (\d{1,10})(?::tid (\d{1,19}))?\] )?/
const prefixLengthMax = 256
/** What stands between the prefix and the text: `file(line): `, `(errno)text: ` and `[client …] `, each of them or none. */
const context =
  /^(?:([\w.-]{1,64})\((\d{1,9})\): )?(?:(\(\d{1,9}\)[^[\n]{1,512}?: ))?(?:\[(client|remote) ([^\]\s]{1,255})\] )?/
const contextLengthMax = 1024
const errnoPart = /^\((\d{1,9})\)(.*): $/
const code = /^(?:\(\d{1,9}\)[^\n]{1,512}?: )?(AH\d{5}): /

export const apacheError = defineFormat({
  name: 'apache-error',
  aliases: ['httpd-error'],
  shape: 'text',
  signature: '`[Www Mon dd hh:mm:ss yyyy] [module:level]`, or `[level]` as in 2.2',

  recognize({ text }: Line): Parts | undefined {
    if (!text.startsWith('[')) return undefined
    const head = prefix.exec(text.slice(0, prefixLengthMax))
    return head === null ? undefined : { head, rest: text.slice(head[0].length) }
  },

  normalize({ head, rest }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    const [, time, module, level, pid, thread] = head
    takePart(draft, 'time', '@timestamp', time)
    takePart(draft, 'level', 'log.level', level)
    takePart(draft, 'module', 'log.logger', module === '' || module === '-' ? undefined : module)
    takePart(draft, 'pid', 'process.pid', pid)
    takePart(draft, 'tid', 'process.thread.id', thread)
    const found = context.exec(rest.slice(0, contextLengthMax))
    const [whole, file, line, failure = '', , client] = found ?? ['']
    takePart(draft, 'file', 'log.origin.file.name', file)
    takePart(draft, 'line', 'log.origin.file.line', line)
    // 2.2 names no module, and no port of the client.
    if (client !== undefined) putClient(draft, client, module !== undefined)
    const message = failure + rest.slice(whole.length)
    takePart(draft, 'message', 'message', message)
    const errno = errnoPart.exec(failure)
    if (errno !== null) {
      takePart(draft, 'errno', 'error.code', errno[1])
      takePart(draft, 'errno', 'error.message', errno[2])
    }
    takePart(draft, 'code', 'event.code', code.exec(message.slice(0, contextLengthMax))?.[1])
    putReferrer(draft, message)
  },
})

const addressAndPort = /^(.{1,249}):(\d{1,5})$/

/** 2.4 always adds the port, to IPv6 addresses without brackets too. */
function putClient(draft: Draft, client: string, hasPort: boolean): void {
  draft.from = 'client'
  const match = hasPort ? addressAndPort.exec(client) : null
  const address = match?.[1]?.replace(/^\[(.*)\]$/, '$1')
  const isPair = address !== undefined && (isIpAddress(address) || !address.includes(':'))
  if (!putClientAddress(draft, isPair ? address : client)) draft.leave('client', client)
  else if (isPair) draft.put('client.port', match![2])
}

const referrerStart = ', referer: '

function putReferrer(draft: Draft, message: string): void {
  const start = message.lastIndexOf(referrerStart)
  if (start === -1) return
  const referrer = message.slice(start + referrerStart.length)
  if (/\s/.test(referrer)) return
  draft.from = 'referer'
  draft.put('http.request.referrer', referrer)
}
