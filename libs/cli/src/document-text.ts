// A document, as a person reads it: one line, with an error's stack below.
import {
  levelRank,
  type LogLevel,
  logLevels,
  memberAt,
  type ReadDocument as Document,
  textAt,
} from '@millrace/ecs'
import type { Style } from './output.ts'
import { safeLines, shortened, singleLine } from './terminal-text.ts'

export interface DocumentTextOptions {
  style: (style: Style, text: string) => string
  /** Epoch milliseconds, to tell whether a line is of today. */
  nowMs: number
  /** Longest stack that is shown. Default 20 lines. */
  stackLinesMax?: number
}

const levelStyles: Record<LogLevel, Style> = {
  trace: 'gray',
  debug: 'blue',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'white', 'bgRed'],
}

const serviceStyles = ['cyan', 'magenta', 'blue', 'yellow', 'green'] as const
const fieldsMax = 8
const fieldCharactersMax = 60
const messageCharactersMax = 2000
const indent = ' '.repeat(4)

/** One or more lines, each with its line end. Control characters of the log line have no effect on a terminal. */
export function documentText(document: Document, options: DocumentTextOptions): string {
  const { style } = options
  const level = logLevels[levelRank(document)]!
  const service = singleLine(textAt(document, 'service.name') ?? '-')
  const [message = '', ...rest] = messageLines(document)
  const traceId = textAt(document, 'trace.id')
  const head = [
    style('gray', localTime(textAt(document, '@timestamp'), options.nowMs)),
    style(levelStyles[level], level.toUpperCase().padEnd(5)),
    style(serviceStyle(service), shortened(service, 24).padEnd(12)),
    message,
    ...fieldTexts(document).map((text) => style('gray', text)),
    ...(traceId === undefined ? [] : [style('gray', `[${singleLine(traceId).slice(0, 8)}]`)]),
  ]
  const below = [
    ...rest,
    ...errorLines(document, options).map((line, index) =>
      style(index === 0 ? 'red' : 'gray', line),
    ),
  ]
  return [head.filter((part) => part !== '').join(' '), ...below.map((line) => indent + line)]
    .map((line) => `${line}\n`)
    .join('')
}

function messageLines(document: Document): string[] {
  const message = textAt(document, 'message') ?? ''
  return safeLines(shortened(message, messageCharactersMax).trimEnd())
}

/** Local time; with the date where it is not today's. */
function localTime(timestamp: string | undefined, nowMs: number): string {
  const time = new Date(timestamp ?? Number.NaN)
  if (Number.isNaN(time.getTime())) return '--:--:--.---'
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  const text = `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`
  if (time.toDateString() === new Date(nowMs).toDateString()) return text
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${text}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function serviceStyle(service: string): Style {
  let sum = 0
  for (const character of service) sum = (sum * 31 + character.codePointAt(0)!) % 65_521
  return serviceStyles[sum % serviceStyles.length]!
}

/** HTTP first, then what the service itself added. */
function fieldTexts(document: Document): string[] {
  const texts: string[] = []
  const http = httpText(document)
  if (http !== '') texts.push(http)
  const attributes = memberAt(document, 'attributes')
  if (typeof attributes === 'object' && attributes !== null) {
    for (const [name, value] of Object.entries(attributes)) {
      if (texts.length >= fieldsMax) break
      if (name === 'millrace' || typeof value === 'object') continue
      const text = singleLine(String(value))
      const shown = /[\s"]/.test(text) || text === '' ? JSON.stringify(text) : text
      texts.push(shortened(`${singleLine(name)}=${shown}`, fieldCharactersMax))
    }
  }
  return texts
}

function httpText(document: Document): string {
  const status = memberAt(document, 'http.response.status_code')
  const durationNanos = memberAt(document, 'event.duration')
  const parts = [
    textAt(document, 'http.request.method'),
    textAt(document, 'url.original') ?? textAt(document, 'url.path'),
    typeof status === 'number' ? String(status) : undefined,
    typeof durationNanos === 'number' ? `${(durationNanos / 1e6).toFixed(1)}ms` : undefined,
  ]
  return parts
    .filter((part) => part !== undefined)
    .map((part) => shortened(singleLine(part), fieldCharactersMax))
    .join(' ')
}

/** Type and text first, the stack below. A stack begins with both, so it is not said twice. */
function errorLines(document: Document, { stackLinesMax = 20 }: DocumentTextOptions): string[] {
  const type = textAt(document, 'error.type')
  const message = textAt(document, 'error.message')
  const stack = textAt(document, 'error.stack_trace')
  const head = [type, message].filter((part) => part !== undefined).join(': ')
  const lines = stack === undefined ? [] : safeLines(stack.trimEnd())
  const isInStack = head === '' || lines[0]?.includes(message ?? type ?? '') === true
  const all = isInStack ? lines : [...safeLines(head), ...lines]
  if (all.length <= stackLinesMax) return all
  return [...all.slice(0, stackLinesMax), `… ${all.length - stackLinesMax} more lines`]
}
