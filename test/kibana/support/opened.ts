// The saved objects with the JSON in their texts opened, as a browser does it.
import type { SavedObject } from '@millrace/kibana'
import { savedObjects } from '../../../kibana/objects/all.ts'

export interface Query {
  query: string
  language: 'kuery'
}

export interface Column {
  dataType: 'date' | 'number' | 'string'
  operationType: string
  sourceField: string
  isBucketed: boolean
  filter?: Query
  params: {
    size?: number
    orderBy?: { type: 'column'; columnId: string } | { type: 'alphabetical' }
    orderDirection?: 'asc' | 'desc'
    percentile?: number
    includeEmptyRows?: boolean
  }
}

export interface LensPanel {
  kind: 'lens'
  name: string
  index: string
  query: string
  columnOrder: string[]
  columns: Record<string, Column>
}

export interface SearchPanel {
  kind: 'search'
  name: string
  index: string
  query: string
  columns: string[]
  sort: [string, 'asc' | 'desc'][]
  breakdownField?: string
}

export interface Control {
  name: string
  index: string
  field: string
}

const all = new Map(savedObjects.map((object) => [`${object.type}:${object.id}`, object]))

/** The title of the data view that an object refers to by this name. */
function indexOf({ references }: SavedObject, name: string): string {
  const { type, id } = references.find((reference) => reference.name === name)!
  return all.get(`${type}:${id}`)!.attributes['title'] as string
}

const parse = (holder: unknown, member: string): unknown =>
  JSON.parse((holder as Record<string, string>)[member]!)

export function openSearch(search: SavedObject): SearchPanel {
  const { columns, sort, breakdownField, kibanaSavedObjectMeta } = search.attributes
  const source = parse(kibanaSavedObjectMeta, 'searchSourceJSON') as {
    query: Query
    indexRefName: string
  }
  return {
    kind: 'search',
    name: search.id,
    index: indexOf(search, source.indexRefName),
    query: source.query.query,
    columns: columns as string[],
    sort: sort as SearchPanel['sort'],
    ...(breakdownField !== undefined && { breakdownField: breakdownField as string }),
  }
}

export interface OpenDashboard {
  name: string
  panels: (LensPanel | SearchPanel)[]
  controls: Control[]
}

interface StoredPanel {
  type: string
  panelIndex: string
  panelRefName?: string
  embeddableConfig: {
    attributes: {
      state: {
        query: Query
        datasourceStates: { formBased: { layers: Record<string, LensPanel> } }
      }
    }
  }
}

export function openDashboard(dashboard: SavedObject): OpenDashboard {
  const { attributes, references } = dashboard
  const panels = (parse(attributes, 'panelsJSON') as StoredPanel[]).map((panel) => {
    const { panelIndex, panelRefName } = panel
    if (panelRefName !== undefined) {
      const name = `${panelIndex}:${panelRefName}`
      const { type, id } = references.find((reference) => reference.name === name)!
      return { ...openSearch(all.get(`${type}:${id}`)!), name: panelIndex }
    }
    const { state } = panel.embeddableConfig.attributes
    const [[layerId, layer]] = Object.entries(state.datasourceStates.formBased.layers) as [
      [string, LensPanel],
    ]
    const index = indexOf(dashboard, `${panelIndex}:indexpattern-datasource-layer-${layerId}`)
    const { columnOrder, columns } = layer
    const query = state.query.query
    return { kind: 'lens' as const, name: panelIndex, index, query, columnOrder, columns }
  })
  const stored = parse(attributes['controlGroupInput'], 'panelsJSON') as Record<
    string,
    { explicitInput: { fieldName: string } }
  >
  const controls = Object.entries(stored).map(([name, { explicitInput }]) => ({
    name,
    index: indexOf(dashboard, `controlGroup_${name}:optionsListDataView`),
    field: explicitInput.fieldName,
  }))
  return { name: dashboard.id, panels, controls }
}

export const dashboards = savedObjects
  .filter(({ type }) => type === 'dashboard')
  .map((dashboard) => openDashboard(dashboard))

export const searches = savedObjects
  .filter(({ type }) => type === 'search')
  .map((search) => openSearch(search))
