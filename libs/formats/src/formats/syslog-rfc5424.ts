// Syslog RFC 5424: `<PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]` (section 6).
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import { setOwn } from '../leftover.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'
import { closingQuote } from '../quoted-text.ts'
import { putPriority, putSender, readPriority, takeContent } from '../syslog-fields.ts'
import { takePart, unlessDash } from '../text-parts.ts'

interface Header {
  priority: number
  fields: RegExpExecArray
  /** Structured data and message, as they stand. */
  rest: string
}

const header =
  /^([1-9]\d{0,2}) (-|\d{4}-\S{1,60}) (\S{1,255}) (\S{1,255}) (\S{1,255}) (\S{1,255})(?: |$)/
/** The header's six fields are shorter than this together. Unit: characters. */
const headerLengthMax = 2048

export const syslogRfc5424 = defineFormat({
  name: 'syslog-rfc5424',
  aliases: ['rfc5424', 'syslog5424'],
  shape: 'text',
  signature:
    '`<PRI>VERSION` with a priority up to 191, then time, host, program, process and message id',

  recognize({ text }: Line): Header | undefined {
    const start = readPriority(text)
    if (start === undefined) return undefined
    const fields = header.exec(text.slice(start.end, start.end + headerLengthMax))
    if (fields === null) return undefined
    return { priority: start.priority, fields, rest: text.slice(start.end + fields[0].length) }
  },

  normalize({ priority, fields, rest }: Header, draft: Draft, context: FormatContext): void {
    draft.keepsOriginal = true
    const [, version, time, hostname, appname, procid, msgid] = fields
    const structured = readStructuredData(rest)
    takeContent(draft, stripMark(structured.message), context)
    if (!draft.has('@timestamp')) takePart(draft, 'TIMESTAMP', '@timestamp', unlessDash(time))
    putPriority(draft, priority)
    takePart(draft, 'VERSION', 'log.syslog.version', version)
    putSender(draft, {
      hostname: unlessDash(hostname),
      appname: unlessDash(appname),
      procid: unlessDash(procid),
    })
    takePart(draft, 'MSGID', 'log.syslog.msgid', unlessDash(msgid))
    const { data } = structured
    takePart(draft, 'structured_data', 'log.syslog.structured_data', data)
  },
})

/** MSG may start with a byte order mark that says it is UTF-8 (6.4); rsyslog adds the space after RFC 3164's colon. */
function stripMark(message: string): string {
  return message.replace(/^ ?\ufeff?/, '')
}

interface Structured {
  data?: SourceObject
  message: string
}

const elementName = /[^\s=\]"]{1,255}/y

/** Malformed structured data is no reason to lose it: all of it is then the message. */
function readStructuredData(rest: string): Structured {
  if (rest === '-' || rest.startsWith('- ')) return { message: rest.slice(2) }
  if (!rest.startsWith('[')) return { message: rest }
  const data: SourceObject = {}
  let at = 0
  while (rest[at] === '[') {
    const end = readElement(rest, at + 1, data)
    if (end === -1) return { message: rest }
    at = end
  }
  if (at < rest.length && rest[at] !== ' ') return { message: rest }
  return { data, message: rest.slice(at + 1) }
}

/** Reads `ID name="value" …]` from `start`; where the next element or the message begins, or -1. */
function readElement(text: string, start: number, data: SourceObject): number {
  const id = readName(text, start)
  if (id === undefined) return -1
  const element: SourceObject = {}
  let at = start + id.length
  while (text[at] === ' ') {
    const name = readName(text, at + 1)
    if (name === undefined) return -1
    const open = at + 1 + name.length + 1
    if (text[open - 1] !== '=' || text[open] !== '"') return -1
    const close = closingQuote(text, open)
    if (close === -1) return -1
    add(element, name, text.slice(open + 1, close).replace(/\\(["\\\]])/g, '$1'))
    at = close + 1
  }
  if (text[at] !== ']') return -1
  add(data, id, element)
  return at + 1
}

function readName(text: string, at: number): string | undefined {
  elementName.lastIndex = at
  return elementName.exec(text)?.[0]
}

/** A parameter may come more than once (6.3.3): its values become a list. */
function add(target: SourceObject, name: string, value: SourceValue): void {
  if (!Object.hasOwn(target, name)) setOwn(target, name, value)
  else {
    const present = target[name]
    if (Array.isArray(present)) present.push(value)
    else setOwn(target, name, [present, value])
  }
}
