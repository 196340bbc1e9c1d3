// What a search is about: a stretch of time and a filter, as Elasticsearch is asked for them.
import { type KqlNode, kqlQuery, parseKql, printKql, withFullNames } from '@millrace/kibana'
import type { SearchScope } from '../api.mts'
import { Problem } from '../http/problem.mts'
import type { FieldTypes } from './field-types.mts'

export const filterCharactersMax = 4_000

/** Short names of the fields that people write most. */
export const fieldAliases: Readonly<Record<string, string>> = {
  level: 'log.level',
  service: 'service.name',
  host: 'host.name',
  trace: 'trace.id',
  dataset: 'event.dataset',
  format: 'millrace.format',
}

export const scopeProperties = {
  from: { type: 'string', maxLength: 40 },
  to: { type: 'string', maxLength: 40 },
  filter: { type: 'string', maxLength: filterCharactersMax },
} as const

export interface ResolvedScope {
  fromMs: number
  toMs: number
  /** As they are answered. */
  from: string
  to: string
  /** The filter in full, as Kibana reads it. */
  kql: string
  query: object
}

/** @throws Problem for a time that is none, KqlError for a filter that is none. */
export async function resolveScope(
  { from = 'now-15m', to = 'now', filter = '' }: SearchScope,
  { fields, nowMs }: { fields: Pick<FieldTypes, 'read'>; nowMs: number },
): Promise<ResolvedScope> {
  const fromMs = readTime(from, { parameter: 'from', nowMs })
  const toMs = readTime(to, { parameter: 'to', nowMs })
  if (fromMs >= toMs) throw new Problem('input', '"from" must be before "to"', 'from')
  const node = parseKql(filter)
  const known = await fields.read()
  const compiled = kqlQuery(node, {
    query: filter,
    aliases: fieldAliases,
    typeOf: (name) => known.typeOf(name),
    expand: (isMatch) => known.names.filter((name) => isMatch.test(name)),
  })
  const range = { gte: fromMs, lt: toMs, format: 'epoch_millis' }
  return {
    fromMs,
    toMs,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    kql: fullKql(node),
    query: { bool: { filter: [{ range: { '@timestamp': range } }, compiled] } },
  }
}

function fullKql(node: KqlNode): string {
  return printKql(withFullNames(node, fieldAliases))
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** ISO 8601, or `now` with a shift such as `now-15m`. */
function readTime(
  text: string,
  { parameter, nowMs }: { parameter: string; nowMs: number },
): number {
  const relative = /^now(?:([+-])(\d{1,6})([smhdw]))?$/.exec(text)
  if (relative !== null) {
    const [, sign, count = '0', unit = 's'] = relative
    return nowMs + (sign === '-' ? -1 : 1) * Number(count) * unitMs[unit]!
  }
  const at = isoTime.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  const right = 'a time such as 2026-01-02T03:04:05Z, or now-15m (s, m, h, d, w)'
  throw new Problem('input', `"${parameter}" must be ${right}`, parameter)
}
