// `explain --verbose`: what recognized a line, and where each field of its document came from, as a person reads it.
import type { FieldOrigin, FormatList, NormalizeTrace } from '@millrace/formats'
import type { Output } from './output.ts'
import { shortened, singleLine } from './terminal-text.ts'

export interface ExplainedLine {
  /** From 1. */
  line: number
  /** Which of the line's events, from 0. */
  event: number
  /** The document as JSON text. */
  document: string
}

export interface ExplanationParts {
  trace: NormalizeTrace
  formats: FormatList
  style: Output['style']
}

const valueCharactersMax = 60

/** What fields say that no key of the line says. */
const madeFields: Readonly<Record<string, string>> = {
  '@timestamp': "the record's time: the line has none that is usable",
  'log.level': 'the default: the line has none',
  'event.created': "the record's own time",
  'event.ingested': 'the time of receipt',
  'event.id': "the record's key, else its place in the topic",
  'event.dataset': "the record's header, else the settings",
  'data_stream.dataset': "the record's header, else the settings",
  'data_stream.namespace': "the record's header, else the settings",
  'event.original': 'the whole line',
  'agent.type': 'who shipped the record',
  'data_stream.type': 'always the same',
  'ecs.version': 'always the same',
  'millrace.format': 'the format that read the line',
}
const record = "the record's header, or what else the line says"

/** A head that names the format and why, one line for each field, and the document as it would be indexed. */
export function explanationText(
  { line, event, document }: ExplainedLine,
  { trace, formats, style }: ExplanationParts,
): string {
  const from = new Map(trace.origins?.[event]?.map((origin) => [origin.path, origin]))
  const rows = leavesOf(JSON.parse(document)).map(([path, value]) => [
    singleLine(path),
    shortened(singleLine(value), valueCharactersMax),
    originOf(path, from),
  ])
  const pathWidth = Math.max(...rows.map(([path]) => path!.length))
  const valueWidth = Math.max(...rows.map(([, value]) => value!.length))
  const table = rows.map(
    ([path, value, origin]) =>
      `  ${style('cyan', path!.padEnd(pathWidth))}  ${value!.padEnd(valueWidth)}  ${style('gray', origin!)}\n`,
  )
  return `${style('bold', `line ${line}`)}: ${recognized({ trace, formats, style })}\n${table.join('')}${document}`
}

function recognized({ trace, formats, style }: ExplanationParts): string {
  const names = (trace.layers ?? []).map((name) => style('green', name))
  const outermost = formats.find(trace.layers?.[0] ?? '')
  const place = formats.all.findIndex((format) => format === outermost) + 1
  const why =
    trace.by === 'name'
      ? 'named by the record or by --format'
      : `rule ${place} of ${formats.all.length}: ${outermost?.signature ?? 'its own signature'}`
  return `${names.join(', around ')} (${why})`
}

function originOf(path: string, from: ReadonlyMap<string, FieldOrigin>): string {
  // A key of the leftover object stands for all that lies within.
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const origin = from.get(path.slice(0, end))
    if (origin?.by !== 'line') continue
    return origin.from === '' ? 'the text of the line' : `from ${singleLine(origin.from)}`
  }
  return madeFields[path] ?? record
}

/** Every leaf by its dotted path, with its value as JSON without the quotes of texts. */
function leavesOf(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]]
  }
  const members = Object.entries(value)
  if (members.length === 0) return [[path, '{}']]
  return members.flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path}.${name}`))
}
