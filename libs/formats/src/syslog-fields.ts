// What both syslogs share: the priority, the framing that may be left on a record, and a content with a format of its own.
import { severityFromNumber } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import type { FormatContext } from './format.ts'
import { findLevelWord } from './level-word.ts'
import { takeMessage, takePart } from './text-parts.ts'

/** RFC 5424 6.2.1; 3164 numbers them alike. */
const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )
const severities = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
]
const priorityMax = 191
const prefix = /^(?:\d{1,8} )?<(0|[1-9]\d{0,2})>/

export interface Priority {
  priority: number
  /** Where the header goes on. */
  end: number
}

/** `[octet-count SP] <PRI>` (RFC 6587 3.4.1, RFC 5424 6.2.1); undefined for what is no priority. */
export function readPriority(text: string): Priority | undefined {
  const first = text.charCodeAt(0)
  if (first !== 0x3c && (first < 0x30 || first > 0x39)) return undefined
  const match = prefix.exec(text)
  if (match === null) return undefined
  const priority = Number(match[1])
  return priority > priorityMax ? undefined : { priority, end: match[0].length }
}

/** The codes, and the level of an event whose message names none. */
export function putPriority(draft: Draft, priority: number): void {
  draft.from = 'PRI'
  const facility = priority >> 3
  const severity = priority & 7
  draft.put('log.syslog.priority', priority)
  draft.put('log.syslog.facility.code', facility)
  draft.put('log.syslog.facility.name', facilities[facility])
  draft.put('log.syslog.severity.code', severity)
  draft.put('log.syslog.severity.name', severities[severity])
  if (!draft.has('log.level')) draft.setOwn('log.level', severityFromNumber(severity, 'syslog')!)
}

export interface SyslogSender {
  hostname?: string | undefined
  appname?: string | undefined
  procid?: string | undefined
}

const wholeNumber = /^\d{1,10}$/

/** After the content: what an inner record says about itself comes first, `log.syslog.*` has the sender's word in any case. */
export function putSender(draft: Draft, { hostname, appname, procid }: SyslogSender): void {
  takePart(draft, 'HOSTNAME', 'log.syslog.hostname', hostname)
  if (hostname !== undefined) draft.put('host.hostname', hostname)
  takePart(draft, 'APP-NAME', 'log.syslog.appname', appname)
  if (appname !== undefined) draft.put('process.name', appname)
  takePart(draft, 'PROCID', 'log.syslog.procid', procid)
  if (procid !== undefined && wholeNumber.test(procid)) draft.put('process.pid', procid)
}

const cee = /^@cee: {0,8}(?=\{)/

/** A content in a format of its own (JSON, `@cee:` JSON, logfmt, an access line) is read as such; other text is the message. */
export function takeContent(draft: Draft, content: string, context: FormatContext): void {
  if (content === '') return
  const mark = cee.exec(content)
  const inner = mark === null ? content.trimStart() : content.slice(mark[0].length)
  if (context.tryUnwrap(inner, draft)) return
  takeMessage(draft, content)
  const word = findLevelWord(content)
  if (word !== undefined) takePart(draft, 'level', 'log.level', word)
}
