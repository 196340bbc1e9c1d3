// AWS Lambda's text lines: Node's and Python's runtime clients, and the platform's own START, END, REPORT and INIT_START.
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { takeError } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { parseJsonObject } from '../parse-json.ts'
import { takeMessage, takePart, unlessDash } from '../text-parts.ts'

type Parts =
  | { kind: 'line'; time: string; id: string; level: string | undefined; text: string }
  | { kind: 'failure'; text: string }
  | { kind: 'platform'; word: string; rest: string }

const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
const isoTime = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z`
/** `ISO id LEVEL text`; the columns are what tells it from zap's console lines, which have tabs too. */
const nodeLine = new RegExp(String.raw`^(${isoTime})\t(${uuid}|undefined)\t([A-Z]{3,13})\t`)
const pythonLine = new RegExp(String.raw`^\[([A-Z]{3,13})\]\t(${isoTime})\t(${uuid}|undefined)?\t`)
/** An exception that nobody caught (`lambda_runtime_log_utils.py`). */
const pythonFailure =
  /^\[ERROR\] (?=[\w.]{1,255}(?::|\n))[^\n]{0,8192}\n?Traceback \(most recent call last\):/
const platformLine = new RegExp(
  String.raw`^(START|END|REPORT) RequestId: (?=${uuid})|^(INIT_START|INIT_REPORT|EXTENSION|RESTORE_START|RESTORE_REPORT) (?=[A-Z][A-Za-z ]{1,32}:)`,
)
/** The columns before the text are shorter than this. Unit: characters. */
const headLengthMax = 10_240

export const lambdaText = defineFormat({
  name: 'lambda-text',
  shape: 'text',
  signature:
    'tabs between time, request id and level, with a UUID or `undefined` as the id; START, END, REPORT and INIT lines',

  recognize({ text }: Line): Parts | undefined {
    const head = text.slice(0, headLengthMax)
    const node = nodeLine.exec(head)
    if (node !== null && isLevelWord(node[3]!)) {
      const rest = text.slice(node[0].length)
      return { kind: 'line', time: node[1]!, id: node[2]!, level: node[3], text: rest }
    }
    const python = pythonLine.exec(head)
    if (python !== null && isLevelWord(python[1]!)) {
      const rest = text.slice(python[0].length)
      return { kind: 'line', time: python[2]!, id: python[3] ?? '', level: python[1], text: rest }
    }
    if (pythonFailure.test(head)) return { kind: 'failure', text: text.slice('[ERROR] '.length) }
    const platform = platformLine.exec(head)
    if (platform === null) return undefined
    const word = platform[1] ?? platform[2]!
    return { kind: 'platform', word, rest: text.slice(word.length + 1) }
  },

  normalize(parts: Parts, draft: Draft, { line }): void {
    draft.keepsOriginal = true
    if (parts.kind === 'platform') takePlatform(draft, parts.word, parts.rest, line.text)
    else if (parts.kind === 'failure') takeFailure(draft, parts.text)
    else {
      takePart(draft, 'time', '@timestamp', parts.time)
      takePart(draft, 'level', 'log.level', parts.level)
      takePart(draft, 'requestId', 'faas.execution', requestId(parts.id))
      takeText(draft, parts.text)
    }
  },
})

function requestId(id: string): string | undefined {
  return id === 'undefined' ? undefined : unlessDash(id)
}

/** `Class: text`, then Python's traceback without the class: it is put back, so that the stack reads as Python's own. */
function takeFailure(draft: Draft, text: string): void {
  const [head = '', ...frames] = text.trimEnd().split('\n')
  takePart(draft, 'level', 'log.level', 'ERROR')
  draft.from = 'message'
  draft.put('message', head)
  // The client indents with no-break spaces, which no reader of stacks expects.
  const stack = frames.join('\n').replaceAll('\u00a0', ' ')
  takeError(draft, 'error', `${stack.trimEnd()}\n${head}`)
}

const runtimeFailure = /^((?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection) )\t(?=\{)/

/** On standard output Node's client writes line ends as `\r`, so that a message stays one event. */
function takeText(draft: Draft, written: string): void {
  const text = written.includes('\n') ? written : written.replaceAll('\r', '\n')
  const failure = runtimeFailure.exec(text)
  const error = failure === null ? undefined : parseJsonObject(text.slice(failure[0].length))
  if (failure === null || error === undefined) {
    takeMessage(draft, text.trimEnd())
    return
  }
  draft.from = 'message'
  draft.put('message', failure[1]!.trimEnd())
  draft.from = 'error'
  takeError(draft, 'error', error.object)
}

const member = /^([A-Z][A-Za-z0-9 ]{1,40}): (.{0,1024})$/
const milliseconds = /^(\d{1,9}(?:\.\d{1,6})?) ms$/

/** `RequestId: … Version: …` by spaces, or REPORT's `Name: value` by tabs. */
// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
function takePlatform(draft: Draft, word: string, rest: string, whole: string): void {
  draft.from = ''
  draft.put('message', whole.trimEnd())
  takePart(draft, 'type', 'event.action', word)
  const report: Record<string, string> = {}
  for (const column of rest.split(word === 'START' ? / (?=Version: )/ : /[\t\n]/)) {
    const match = member.exec(column.trim())
    if (match === null) continue
    const [, name, value] = match
    draft.from = name!
    const duration = milliseconds.exec(value!)?.[1]
    if (name === 'RequestId' && draft.put('faas.execution', value)) continue
    if (name === 'Version' && word === 'START' && draft.put('faas.version', value)) continue
    if (name === 'Duration' && duration !== undefined) {
      if (draft.put('event.duration', Math.round(Number(duration) * 1e6))) continue
    }
    if (name === 'Init Duration' && word === 'REPORT') draft.put('faas.coldstart', true)
    report[name!] = value!
  }
  if (Object.keys(report).length > 0) draft.leave('report', report)
}
