// Java's text layouts: `%d [thread] LEVEL logger - message` of log4j and logback, Spring Boot's, Kafka's and Elasticsearch's.
import { isLevelWord } from '@millrace/ecs'
import { stripAnsi } from '../ansi.ts'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { takeMessage, takePart } from '../text-parts.ts'

interface Parts {
  time: string
  level: string
  logger: string
  message: string
  thread?: string | undefined
  pid?: string | undefined
  service?: string | undefined
  traceId?: string | undefined
  spanId?: string | undefined
}

const time = String.raw`(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`
const level = '([A-Z]{3,8})'
const logger = String.raw`([^\s[\]]{1,255})`
const thread = String.raw`\[ {0,32}([^\]\n]{1,128})\]`
/** The time comes first or the level does; the thread is before or after the level. */
const pattern = new RegExp(
  String.raw`^(${time}|\d{1,12}) (?:${thread} {1,8}${level}|${level} {1,8}${thread}) {1,8}${logger} {1,64}--? `,
)
/** Spring Boot; Sleuth puts `[service,trace,span]` after the level, Micrometer `[trace-span]` after the thread. */
const spring = new RegExp(
  String.raw`^(${time}) {1,8}${level} (?:\[([^,\]\s]{0,128}),([0-9a-f]{0,32}),([0-9a-f]{0,16})(?:,[a-z]{0,5})?\] )?(\d{1,10}) --- ((?:\[[^\]\n]{0,128}\] ?){1,4}) {0,8}${logger} {1,64}: `,
)
/** Kafka names the logger at the end of the first line, Elasticsearch in brackets at the start. */
const kafka = new RegExp(String.raw`^\[(${time})\] ${level} `)
const kafkaLogger = / \(([\w.$-]{1,255})\)$/
const elasticsearch = new RegExp(
  String.raw`^\[(${time})\]\[${level} {0,5}\]\[([^\s\]]{1,255}) {0,32}\] `,
)
const correlation = /^([0-9a-f]{32})-([0-9a-f]{16})$/
const headLengthMax = 2048

export const javaText = defineFormat({
  name: 'java-text',
  aliases: ['log4j-text', 'logback-text', 'spring-boot'],
  shape: 'text',
  signature:
    '`time [thread] LEVEL logger - message`, `time LEVEL pid --- [thread] logger : message`, and what Kafka and Elasticsearch write',

  recognize({ text }: Line): Parts | undefined {
    const plain = stripAnsi(text)
    const first = plain.charCodeAt(0)
    const isBracket = first === 0x5b
    if (!isBracket && (first < 0x30 || first > 0x39)) return undefined
    const head = plain.slice(0, headLengthMax)
    const parts = isBracket
      ? (readElasticsearch(head, plain) ?? readKafka(head, plain))
      : (readSpring(head, plain) ?? readPattern(head, plain))
    return parts !== undefined && isLevelWord(parts.level) ? parts : undefined
  },

  normalize(parts: Parts, draft: Draft): void {
    draft.keepsOriginal = true
    // A clock without a date, or the milliseconds since the start, are no time: receipt stands in.
    if (parts.time.length > dateLength) takePart(draft, 'time', '@timestamp', parts.time)
    else draft.leave('time', parts.time)
    takePart(draft, 'level', 'log.level', parts.level)
    takePart(draft, 'logger', 'log.logger', parts.logger)
    takePart(draft, 'thread', 'process.thread.name', parts.thread)
    takePart(draft, 'pid', 'process.pid', parts.pid)
    takePart(draft, 'service', 'service.name', parts.service)
    takePart(draft, 'trace', 'trace.id', parts.traceId)
    takePart(draft, 'span', 'span.id', parts.spanId)
    takeMessage(draft, parts.message)
  },
})

/** `HH:mm:ss.SSSSSSSSS` is as long as a time without a date can be. */
const dateLength = 18

function readPattern(head: string, text: string): Parts | undefined {
  const match = pattern.exec(head)
  if (match === null) return undefined
  const [whole, when, before, word, otherWord, after, name] = match
  return {
    time: when!,
    level: (word ?? otherWord)!,
    thread: (before ?? after)!.trim(),
    logger: name!,
    message: text.slice(whole.length),
  }
}

function readElasticsearch(head: string, text: string): Parts | undefined {
  const match = elasticsearch.exec(head)
  if (match === null) return undefined
  const [whole, when, word, name] = match
  return { time: when!, level: word!, logger: name!, message: text.slice(whole.length) }
}

function readKafka(head: string, text: string): Parts | undefined {
  const match = kafka.exec(head)
  if (match === null) return undefined
  const lineEnd = text.indexOf('\n')
  const firstEnd = lineEnd === -1 ? text.length : lineEnd
  const end = kafkaLogger.exec(text.slice(Math.max(match[0].length - 1, firstEnd - 300), firstEnd))
  if (end === null) return undefined
  const words = text.slice(match[0].length, Math.max(match[0].length, firstEnd - end[0].length))
  const [, when, word] = match
  return { time: when!, level: word!, logger: end[1]!, message: words + text.slice(firstEnd) }
}

function readSpring(head: string, text: string): Parts | undefined {
  const match = spring.exec(head)
  if (match === null) return undefined
  const [whole, when, word, service, trace, span, pid, brackets, name] = match
  const groups = [...brackets!.matchAll(/\[([^\]]*)\]/g)].map(([, group]) => group!.trim())
  const ids = groups.length > 1 ? correlation.exec(groups.at(-1)!) : null
  // Without a trace the place of its ids is blank.
  if (ids !== null || (groups.length > 1 && groups.at(-1) === '')) groups.pop()
  const application = groups.length > 1 ? groups[0] : undefined
  return {
    time: when!,
    level: word!,
    pid,
    thread: emptyToNone(groups.at(-1)),
    service: emptyToNone(service) ?? application,
    traceId: emptyToNone(trace) ?? ids?.[1],
    spanId: emptyToNone(span) ?? ids?.[2],
    logger: name!,
    message: text.slice(whole.length),
  }
}

function emptyToNone(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
