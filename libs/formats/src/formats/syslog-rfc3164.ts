// Syslog RFC 3164 as senders really write it: `<PRI>TIME HOST TAG[pid]: content`, each part of which may be missing.
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import {
  putPriority,
  putSender,
  readPriority,
  type SyslogSender,
  takeContent,
} from '../syslog-fields.ts'
import { takePart, unlessDash } from '../text-parts.ts'

interface Parts extends SyslogSender {
  priority?: number
  /** Cisco's running number. */
  sequence?: string | undefined
  time?: string | undefined
  content: string
}

const bsdTime = String.raw`[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: \d{4}(?= ))?`
const isoTime = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`
const rsyslogTime = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?[+-]\d\d:\d\d`
/** Cisco numbers its lines, marks an unsure clock with `*` or `.`, and ends the time with a colon. */
const timePart = new RegExp(
  String.raw`^(?:(\d{1,10}): {0,4})?[*.]?(${bsdTime}|${isoTime}):?(?: |$)`,
)
/**
 * `/var/log`: no priority, so all the other parts must be there. rsyslog's ISO time has an offset, and six digits or a
 * sender that gave none; then only a process id tells the line from a program's own.
 */
const fileLine = new RegExp(
  String.raw`^(${bsdTime}|${rsyslogTime}) ([\w.:%-]{1,255}) ([^\s:[\]]{1,128})(?:\[([^\]\s]{0,128})\]:?|:)(?: |$)`,
)
const coarseTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]/
const tagPart = /^([^\s:[\]]{1,128})(?:\[([^\]\s]{0,128})\]:?|:)(?: |$)/
/** rsyslog forwards RFC 5424 events without a colon. A word that begins a sentence is no program. */
const bareTag = /^([a-z][\w./@-]{0,47}) (?=\S)/
const hostPart = /^([\w.:%-]{1,255})(?: |$)/
const cisco = /^%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+){1,4}): /
/** A time, a host and a tag are shorter than this together. Unit: characters. */
const headLengthMax = 1024

export const syslogRfc3164 = defineFormat({
  name: 'syslog-rfc3164',
  aliases: ['syslog', 'rfc3164', 'syslog3164', 'bsd-syslog'],
  shape: 'text',
  signature:
    '`<PRI>` with a priority up to 191; without one, `Mmm dd hh:mm:ss host tag[pid]:` as in /var/log',

  recognize({ text }: Line): Parts | undefined {
    const start = readPriority(text)
    if (start === undefined) return readFileLine(text)
    return { priority: start.priority, ...readParts(text.slice(start.end)) }
  },

  /** What names itself syslog may be RFC 5424 too, which has its own reader. */
  accept(line: Line): Parts | undefined {
    const isNew = /^(?:\d{1,8} )?<\d{1,3}>[1-9]\d{0,2} (?:-|\d{4}-\d\d-\d\dT\S{1,60}) /.test(
      line.text,
    )
    return isNew ? undefined : (syslogRfc3164.recognize(line) as Parts | undefined)
  },

  normalize(parts: Parts, draft: Draft, context: FormatContext): void {
    draft.keepsOriginal = true
    // Python's SysLogHandler ends what it sends with a NUL.
    takeContent(draft, parts.content.replace(/\0$/, ''), context)
    if (!draft.has('@timestamp')) takePart(draft, 'TIMESTAMP', '@timestamp', parts.time)
    if (parts.priority !== undefined) putPriority(draft, parts.priority)
    putSender(draft, parts)
    takePart(draft, 'MSGID', 'log.syslog.msgid', cisco.exec(parts.content.slice(0, 256))?.[1])
    if (parts.sequence !== undefined) draft.leave('sequence', parts.sequence)
  },
})

/** Without a time, all that follows the priority is content (4.3.2). */
function readParts(text: string): Parts {
  const head = text.slice(0, headLengthMax)
  const found = timePart.exec(head)
  if (found === null) return { content: text }
  const [whole, sequence, time] = found
  return { sequence, time, ...readSender(text.slice(whole.length)) }
}

/** `HOST TAG: …`, `TAG: …`, `HOST TAG …` or `HOST …`; RFC 3164's own second example has no tag (5.4). */
function readSender(text: string): Parts {
  const head = text.slice(0, headLengthMax)
  if (cisco.test(head)) return { content: text }
  const tagFirst = tagPart.exec(head)
  if (tagFirst !== null) return { ...tagOf(tagFirst), content: text.slice(tagFirst[0].length) }
  const host = hostPart.exec(head)
  if (host === null || host[0].length === text.length) return { content: text }
  const hostname = unlessDash(host[1])
  // Cisco ASA writes `host : %ASA-…`.
  const rest = text.slice(host[0].length).replace(/^: /, '')
  const tag = readTag(rest.slice(0, headLengthMax))
  if (tag === null) return { hostname, content: rest }
  return { hostname, ...tagOf(tag), content: rest.slice(tag[0].length) }
}

function readTag(head: string): RegExpExecArray | null {
  if (cisco.test(head)) return null
  const bare = bareTag.exec(head)
  return tagPart.exec(head) ?? (bare !== null && !isLevelWord(bare[1]!) ? bare : null)
}

function tagOf(match: RegExpExecArray): SyslogSender {
  return { appname: match[1], procid: match[2] === '' ? undefined : match[2] }
}

function readFileLine(text: string): Parts | undefined {
  const match = fileLine.exec(text.slice(0, headLengthMax))
  if (match === null) return undefined
  const [whole, time, hostname, appname, procid] = match
  if (procid === undefined && coarseTime.test(time!)) return undefined
  // `Jan  1 03:04:05 ERROR app: …` has a level where a host would be.
  const isProse = isLevelWord(hostname!) || isLevelWord(appname!) || hostname!.endsWith(':')
  if (isProse) return undefined
  return {
    time,
    hostname: unlessDash(hostname),
    appname,
    procid: procid === '' ? undefined : procid,
    content: text.slice(whole.length),
  }
}
