// A dashboard: panels by value on a grid of 48 columns, controls above them.
import { type LensPanel, layerId } from './lens.ts'
import { type JsonMembers, type Reference, type SavedObject, savedObject } from './saved-object.ts'

export interface SearchPanel {
  readonly kind: 'search'
  readonly title: string
  readonly description: string
  readonly search: SavedObject
}

export type Panel = LensPanel | SearchPanel

/** `id` is the panel's for ever: links and changes of users hold on to it. Unit of `width`: grid columns, 48 a row. */
export interface PlacedPanel {
  readonly id: string
  readonly width: number
  readonly panel: Panel
}

/** Panels side by side. Unit of `height`: grid rows. */
export interface DashboardRow {
  readonly height: number
  readonly panels: readonly PlacedPanel[]
}

export interface Control {
  readonly id: string
  readonly title: string
  readonly field: string
}

export interface DashboardOptions {
  id: string
  title: string
  description: string
  /** Of the controls. */
  dataView: SavedObject
  controls: readonly Control[]
  rows: readonly DashboardRow[]
  /** Kibana's date math. */
  timeFrom: string
}

export function dashboard(options: DashboardOptions): SavedObject {
  const references: Reference[] = []
  const panels: JsonMembers[] = []
  let y = 0
  for (const { height, panels: placed } of options.rows) {
    let x = 0
    for (const { id, width, panel } of placed) {
      const { json, refers } = panelJson(id, panel)
      panels.push({ ...json, panelIndex: id, gridData: { x, y, w: width, h: height, i: id } })
      // A panel's reference is kept by the dashboard under the panel's id.
      for (const reference of refers) {
        references.push({ ...reference, name: `${id}:${reference.name}` })
      }
      x += width
    }
    y += height
  }
  for (const { id } of options.controls) {
    references.push({ ...to(options.dataView), name: `controlGroup_${id}:optionsListDataView` })
  }
  const attributes = {
    title: options.title,
    description: options.description,
    panelsJSON: JSON.stringify(panels),
    optionsJSON: JSON.stringify({
      useMargins: true,
      syncColors: true,
      syncCursor: true,
      syncTooltips: false,
      hidePanelTitles: false,
    }),
    kibanaSavedObjectMeta: {
      searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
    },
    timeRestore: true,
    timeFrom: options.timeFrom,
    timeTo: 'now',
    refreshInterval: { pause: true, value: 60_000 },
    ...(options.controls.length > 0 && {
      controlGroupInput: controlGroup(options.controls),
    }),
  }
  return savedObject('dashboard', options.id, attributes, references)
}

function to({ type, id }: SavedObject): Omit<Reference, 'name'> {
  return { type, id }
}

function panelJson(id: string, panel: Panel): { json: JsonMembers; refers: Reference[] } {
  const { title, description } = panel
  if (panel.kind === 'lens') {
    const refers = [{ ...to(panel.dataView), name: `indexpattern-datasource-layer-${layerId}` }]
    const embeddableConfig = {
      title,
      description,
      attributes: lensAttributes(panel, refers),
      enhancements: {},
    }
    return { json: { type: 'lens', title, embeddableConfig }, refers }
  }
  const panelRefName = `panel_${id}`
  return {
    json: {
      type: 'search',
      title,
      panelRefName,
      embeddableConfig: { title, description, enhancements: {} },
    },
    refers: [{ ...to(panel.search), name: panelRefName }],
  }
}

function lensAttributes(panel: LensPanel, references: readonly Reference[]): JsonMembers {
  const { title, description, visualizationType, visualization, columns, query } = panel
  return {
    title,
    description,
    visualizationType,
    type: 'lens',
    references: references.map((reference) => ({ ...reference })),
    state: {
      datasourceStates: {
        formBased: {
          layers: {
            [layerId]: {
              columnOrder: Object.keys(columns),
              columns,
              incompleteColumns: {},
              sampling: 1,
            },
          },
        },
      },
      visualization,
      query: { query, language: 'kuery' },
      filters: [],
      internalReferences: [],
      adHocDataViews: {},
    },
  }
}

function controlGroup(controls: readonly Control[]): JsonMembers {
  const panels = controls.map(({ id, title, field }, order) => {
    const explicitInput = {
      id,
      fieldName: field,
      title,
      searchTechnique: 'prefix',
      selectedOptions: [],
      sort: { by: '_count', direction: 'desc' },
    }
    return [id, { type: 'optionsListControl', order, grow: true, width: 'medium', explicitInput }]
  })
  return {
    controlStyle: 'oneLine',
    chainingSystem: 'HIERARCHICAL',
    showApplySelections: false,
    ignoreParentSettingsJSON: JSON.stringify({
      ignoreFilters: false,
      ignoreQuery: false,
      ignoreTimerange: false,
      ignoreValidations: false,
    }),
    panelsJSON: JSON.stringify(Object.fromEntries(panels)),
  }
}
