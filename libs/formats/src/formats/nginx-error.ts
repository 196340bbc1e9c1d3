// nginx error log: `yyyy/MM/dd HH:mm:ss [level] pid#tid: *connection text, client: …, request: "…"` (ngx_log.c).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { putClientAddress, putHostHeader } from '../http-fields.ts'
import { takePart } from '../text-parts.ts'
import { takeRequestLine } from './access.ts'

interface Parts {
  head: RegExpExecArray
  message: string
}

const prefix =
  /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d{1,10})#(\d{1,19}): (?:\*(\d{1,20}) ?)?/
const prefixLengthMax = 128

export const nginxError = defineFormat({
  name: 'nginx-error',
  shape: 'text',
  signature: '`yyyy/mm/dd hh:mm:ss [level] pid#tid:`',

  recognize({ text }: Line): Parts | undefined {
    const head = prefix.exec(text.slice(0, prefixLengthMax))
    return head === null ? undefined : { head, message: text.slice(head[0].length) }
  },

  normalize({ head, message }: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    const [, time, level, pid, thread, connection] = head
    takePart(draft, 'time', '@timestamp', time)
    takePart(draft, 'level', 'log.level', level)
    takePart(draft, 'pid', 'process.pid', pid)
    takePart(draft, 'tid', 'process.thread.id', thread)
    takePart(draft, 'message', 'message', message)
    if (connection !== undefined) draft.leave('connection', connection)
    takeTail(draft, message)
  },
})

/** nginx does not escape a quote within a request: the one that closes it has the next part after it, or nothing. */
const tailPart =
  /, (client|server|request|subrequest|upstream|host|referrer): (?:"([^\n]{0,16384}?)"(?=, (?:subrequest|upstream|host|referrer): "|$)|([^",]{0,1024}))/y

/**
 * The context that nginx adds (ngx_http_log_error_handler). The text before it may quote a client's path: what is read
 * begins at the last `, client: ` before the request, and stops at the first part that is not understood.
 */
function takeTail(draft: Draft, message: string): void {
  const request = message.indexOf(', request: "')
  const start = message.lastIndexOf(', client: ', request === -1 ? message.length : request)
  if (start === -1) return
  tailPart.lastIndex = start
  for (let part = tailPart.exec(message); part !== null; part = tailPart.exec(message)) {
    takeTailPart(draft, part[1]!, part[2] ?? part[3]!)
  }
}

function takeTailPart(draft: Draft, name: string, value: string): void {
  draft.from = name
  switch (name) {
    case 'client':
      if (!putClientAddress(draft, value)) draft.leave(name, value)
      break
    case 'request':
      takeRequestLine(draft, value)
      break
    case 'host':
      if (!putHostHeader(draft, value)) draft.leave(name, value)
      break
    case 'referrer':
      draft.take('http.request.referrer', name, value)
      break
    default:
      draft.leave(name, value)
  }
}
