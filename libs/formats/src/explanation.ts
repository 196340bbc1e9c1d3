// How a line became a document, for a person: which format read it and why, and where each field came from.
import type { FieldOrigin } from './draft.ts'
import type { FormatList } from './format-list.ts'
import type { NormalizeTrace } from './record-normalizer.ts'

/** Which formats read the line, from the outermost envelope to the message itself, and why the outermost one. */
export interface Recognition {
  layers: readonly string[]
  why: string
}

export interface ExplainedField {
  /** Dotted path in the document. */
  path: string
  /** JSON, without the quotes of texts. */
  value: string
  /** Where it came from. May hold a key of the line: hostile. */
  origin: string
}

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

/** @param namedBy who named the format, where its signature was not asked. */
export function explainRecognition(
  trace: NormalizeTrace,
  formats: FormatList,
  namedBy = 'the record',
): Recognition {
  const { layers = [], by } = trace
  const outermost = formats.find(layers[0] ?? '')
  const place = formats.all.findIndex((format) => format === outermost) + 1
  const why =
    by === 'name'
      ? `named by ${namedBy}`
      : `rule ${place} of ${formats.all.length}: ${outermost?.signature ?? 'its own signature'}`
  return { layers, why }
}

/** Every leaf of a document with its origin, in the document's order. */
export function explainFields(
  document: object,
  origins: readonly FieldOrigin[] | undefined,
): ExplainedField[] {
  const from = new Map(origins?.map((origin) => [origin.path, origin]))
  return leavesOf(document).map(([path, value]) => ({ path, value, origin: originOf(path, from) }))
}

function originOf(path: string, from: ReadonlyMap<string, FieldOrigin>): string {
  // A key of the leftover object stands for all that lies within.
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const origin = from.get(path.slice(0, end))
    if (origin?.by !== 'line') continue
    return origin.from === '' ? 'the text of the line' : `from ${origin.from}`
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
