// The saved objects against a real Elasticsearch: fields, KQL, and every panel's search over known documents.
import { describe, expect, it } from 'vitest'
import { ask, at } from '../e2e/support/documents.ts'
import { controlsOf, type Expected, healthOf, overviewOf, type Rows } from './support/expected.ts'
import {
  documentsOf,
  lensSearch,
  rowsOf,
  type SearchAnswer,
  type View,
} from './support/lens-search.ts'
import { dashboards, type LensPanel, type SearchPanel, searches } from './support/opened.ts'
import { openShop, type Shop } from './support/shop.ts'
import { usedFields } from './support/used-fields.ts'

let opened: Promise<Shop> | undefined
/** Opened by the first test that asks; the worker ends with that test, the documents stay. */
const shopOf = (): Promise<Shop> => (opened ??= openShop())

/** Of the whole view, as if the control for the service had both services chosen. */
function viewOf({ orders, payments, startMs }: Shop): View {
  return {
    fromMs: startMs - 300_000,
    toMs: Date.now() + 60_000,
    intervalMs: 60_000,
    filters: [{ terms: { 'service.name': [orders, payments] } }],
  }
}

async function search(shop: Shop, index: string, body: object): Promise<SearchAnswer> {
  const { elasticsearch } = shop.scene
  await ask(elasticsearch, `/${index}/_refresh`)
  const answer = (await ask(elasticsearch, `/${index}/_search`, body)) as unknown as SearchAnswer
  expect(answer._shards.failed).toBe(0)
  return answer
}

async function shownBy(shop: Shop, panel: LensPanel | SearchPanel): Promise<Rows> {
  const view = viewOf(shop)
  if (panel.kind === 'lens') {
    return rowsOf(panel, await search(shop, panel.index, lensSearch(panel, view)))
  }
  const sort = panel.sort.map(([field, order]) => ({ [field]: order }))
  const query = documentsOf(panel.query, view)
  const { hits } = await search(shop, panel.index, { size: 500, sort, query })
  return hits.hits.map(({ _source }) => panel.columns.map((field) => at(_source, field)))
}

function expectRows(expected: Expected, name: string, rows: Rows): void {
  const wanted = expected[name]
  if (wanted === undefined) throw new Error(`it is not said what ${name} must show`)
  if (typeof wanted === 'function') wanted(rows)
  else expect(rows).toEqual(wanted)
}

async function expectedOf(shop: Shop, dashboard: string): Promise<Expected> {
  return dashboard === 'millrace-logs-overview' ? overviewOf(shop) : healthOf(shop)
}

const panels = dashboards.flatMap(({ name, panels: own }) => own.map((panel) => ({ name, panel })))

describe('every panel over known lines', () => {
  it.each(panels.map(({ name, panel }) => [name, panel.name, panel] as const))(
    '%s, %s shows exactly what it must',
    async (dashboard, name, panel) => {
      const shop = await shopOf()
      const rows = await shownBy(shop, panel)
      expect(rows.length).toBeGreaterThan(0)
      expectRows(await expectedOf(shop, dashboard), name, rows)
    },
  )

  const ofFields = panels.flatMap(({ name, panel }) =>
    panel.kind === 'search'
      ? []
      : Object.entries(panel.columns)
          .filter(([, { operationType }]) => operationType !== 'count')
          .map(([id, column]) => ({ name, panel, id, column })),
  )

  it.each(ofFields.map((each) => [each.name, each.panel.name, each.id, each] as const))(
    '%s, %s does not show it when the field of %s has another name',
    async (dashboard, name, id, { panel, column }) => {
      const shop = await shopOf()
      const renamed = { ...column, sourceField: `${column.sourceField}_renamed` }
      const broken = { ...panel, columns: { ...panel.columns, [id]: renamed } }
      const expected = await expectedOf(shop, dashboard)
      const rows = await shownBy(shop, broken)
      // Seven of the reasons for dropped lines did not happen: an empty column is what both show.
      if (name === 'dropped' && column.operationType === 'max' && id !== 'unreadable') {
        expectRows(expected, name, rows)
      } else {
        expect(() => expectRows(expected, name, rows)).toThrow('expected')
      }
    },
  )
})

const controls = dashboards.flatMap(({ name, controls: own }) =>
  own.map((each) => [name, each] as const),
)

it.each(controls.map(([dashboard, control]) => [dashboard, control.name, control] as const))(
  '%s, the control %s lists its values',
  async (_, name, { index, field }) => {
    const shop = await shopOf()
    const query = documentsOf('', viewOf(shop))
    const aggs = { values: { terms: { field, size: 10 } } }
    const { aggregations } = await search(shop, index, { size: 0, query, aggs })
    const { buckets } = aggregations!['values'] as { buckets: { key: string }[] }
    expect(buckets.length).toBeGreaterThan(1)
    expectRows(
      controlsOf(shop),
      name,
      buckets.map(({ key }) => [key]),
    )
  },
)

describe('every saved search over known lines', () => {
  it('shows one trace in order', async () => {
    const shop = await shopOf()
    const trace = searches.find(({ name }) => name === 'millrace-trace')!
    const query = trace.query.replace('*', `"${shop.traceId}"`)
    const rows = await shownBy(shop, { ...trace, query })
    expect(rows.map(([, service, level, message]) => [service, level, message])).toEqual([
      [shop.orders, 'info', 'order placed'],
      [shop.payments, 'error', 'card refused'],
      [shop.orders, 'error', 'no stock'],
    ])
    expect(await shownBy(shop, trace)).toEqual(rows)
  })
})

const typesOf = {
  string: ['keyword', 'constant_keyword'],
  number: ['long', 'integer', 'short', 'float', 'double'],
  date: ['date'],
}

interface FieldCapability {
  type: string
  searchable: boolean
  aggregatable: boolean
}

it('uses fields that are in the real templates, of the type it takes them for, aggregatable where they are aggregated', async () => {
  const shop = await shopOf()
  const streams: Record<string, string> = {
    'logs-*-*': `${shop.lineStream},${shop.letterStream}`,
    'metrics-millrace.*': shop.ledgerStream,
  }
  const wrong: string[] = []
  for (const { by, index, field, isAggregated, dataType } of usedFields()) {
    const path = `/${streams[index]}/_field_caps?fields=${encodeURIComponent(field)}`
    const { fields } = (await ask(shop.scene.elasticsearch, path)) as {
      fields: Record<string, Record<string, FieldCapability>>
    }
    const kinds = Object.values(fields[field] ?? {}).filter(({ type }) => type !== 'unmapped')
    if (kinds.length === 0) wrong.push(`${by}: there is no field ${field}`)
    for (const { type, aggregatable } of kinds) {
      if (isAggregated && !aggregatable) wrong.push(`${by}: ${field} cannot be aggregated`)
      if (dataType === undefined || typesOf[dataType].includes(type)) continue
      wrong.push(`${by}: ${field} is ${type}, taken for ${dataType}`)
    }
  }
  expect(wrong).toEqual([])
})

it("asks in KQL that Elasticsearch's own parser takes", async () => {
  const shop = await shopOf()
  const isTaken = async (query: string): Promise<boolean> => {
    const path = `/${shop.lineStream}/_validate/query`
    const answer = await ask(shop.scene.elasticsearch, path, { query: { kql: { query } } })
    return answer['valid'] === true
  }
  const own = new Set<string>()
  for (const { panel } of panels) {
    own.add(panel.query)
    if (panel.kind === 'search') continue
    for (const { filter } of Object.values(panel.columns)) own.add(filter?.query ?? '')
  }
  own.delete('')
  expect(own.size).toBeGreaterThan(3)
  for (const query of own)
    expect({ query, isTaken: await isTaken(query) }).toEqual({ query, isTaken: true })
  for (const query of ['log.level: (error or', 'a: b)', 'a: "b', '(a: b and c: d']) {
    expect({ query, isTaken: await isTaken(query) }).toEqual({ query, isTaken: false })
  }
})
