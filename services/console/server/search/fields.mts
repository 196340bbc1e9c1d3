// The fields of a scope: which ones its newest events have, and the most frequent values of one.
import { isObject } from '@millrace/foundation'
import { kqlEquals } from '@millrace/kibana'
import type { FieldsAnswer, ValuesAnswer } from '../api.mts'
import { Problem } from '../http/problem.mts'
import { cut } from '../rows.mts'
import type { FieldTypes } from './field-types.mts'
import { bucketsIn } from './histogram.mts'
import { isTooLarge, type LogStore } from './log-store.mts'
import { newestFirst } from './rows.mts'
import type { ResolvedScope } from './scope.mts'

/** How many events are looked at, and how many where they are very large. */
const sampleSizes = [200, 20, 2]
const fieldsMax = 500
const depthMax = 20
const valuesMax = 10
const valueCharactersMax = 256

export async function searchFields(
  store: LogStore,
  scope: ResolvedScope,
  types: FieldTypes,
): Promise<FieldsAnswer> {
  const documents = await sample(store, scope)
  const events = new Map<string, number>()
  for (const document of documents) {
    for (const name of leafNames(document)) events.set(name, (events.get(name) ?? 0) + 1)
  }
  const known = await types.read()
  const fields = [...events]
    .map(([name, count]) => ({
      name: cut(name, valueCharactersMax),
      type: known.typeOf(name) ?? 'unmapped',
      events: count,
      isCountable: known.isCountable(name),
    }))
    .filter(({ type }) => type !== 'unmapped')
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return { sampled: documents.length, fields: fields.slice(0, fieldsMax) }
}

async function sample(store: LogStore, scope: ResolvedScope): Promise<object[]> {
  for (const size of sampleSizes) {
    try {
      const body = { size, sort: newestFirst, query: scope.query, track_total_hits: false }
      const { hits } = await store.search({ body })
      return hits.hits.map(({ _source = {} }) => _source)
    } catch (error) {
      if (!isTooLarge(error)) throw error
    }
  }
  return []
}

/** Dotted names of everything that is no object; lists count as what they hold. */
export function leafNames(value: unknown, path = '', depth = 0): Set<string> {
  const names = new Set<string>()
  if (Array.isArray(value) && value.some(isObject) && depth < depthMax) {
    for (const item of value) {
      for (const name of leafNames(item, path, depth + 1)) names.add(name)
    }
  } else if (isObject(value) && depth < depthMax) {
    for (const [name, inner] of Object.entries(value)) {
      const innerPath = path === '' ? name : `${path}.${name}`
      for (const each of leafNames(inner, innerPath, depth + 1)) names.add(each)
    }
  } else if (path !== '') names.add(path)
  return names
}

export async function searchValues(
  store: LogStore,
  scope: ResolvedScope,
  { field, types }: { field: string; types: FieldTypes },
): Promise<ValuesAnswer> {
  const known = await types.read()
  if (!known.isCountable(field)) {
    const type = known.typeOf(field)
    const why =
      type === undefined ? 'is not mapped' : `is of type ${type}, whose values can't be counted`
    throw new Problem('input', `The field ${cut(field, 100)} ${why}`, 'field')
  }
  const { aggregations } = await store.search({
    body: {
      size: 0,
      track_total_hits: false,
      query: scope.query,
      aggs: {
        having: {
          filter: { exists: { field } },
          aggs: { values: { terms: { field, size: valuesMax } } },
        },
      },
    },
  })
  const having = aggregations?.['having']
  const terms = isObject(having) ? having['values'] : undefined
  const values = bucketsIn(terms).map((bucket) => {
    const value = String(bucket['key_as_string'] ?? bucket['key'])
    return {
      value: cut(value, valueCharactersMax),
      count: Number(bucket['doc_count']),
      filter: kqlEquals(field, value),
    }
  })
  return {
    field,
    values,
    events: isObject(having) ? Number(having['doc_count']) : 0,
    others: isObject(terms) ? Number(terms['sum_other_doc_count'] ?? 0) : 0,
  }
}
