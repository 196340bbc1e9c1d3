// What holds together in a Lens visualisation: no server looks at it, the browser does when it is too late.
import { fits, judgeQuery, type Report, within } from './finding.ts'
import { bucketOperations, operationParams, visualizations } from './lens-parts.ts'
import type { Lens, LensColumn, LensLayer } from './lens-schema.ts'
import type { Strictness } from './parts.ts'

export const layerReference = (layerId: string): string =>
  `indexpattern-datasource-layer-${layerId}`

export function judgeLens(lens: Lens, strictness: Strictness, report: Report): void {
  const { state, references, visualizationType } = lens
  const layers = state.datasourceStates.formBased?.layers ?? {}
  judgeQuery(state.query, within(report, 'state.query'))
  for (const [layerId, layer] of Object.entries(layers)) {
    const ofLayer = within(report, `state.datasourceStates.formBased.layers.${layerId}`)
    judgeOrder(layer, ofLayer)
    for (const [id, column] of Object.entries(layer.columns)) {
      judgeColumn(column, layer, strictness, within(ofLayer, `columns.${id}`))
    }
    if (!references.some(({ name }) => name === layerReference(layerId))) {
      report('layer-reference', 'references', `no ${layerReference(layerId)}`)
    }
  }
  if (strictness === 'any') return
  for (const { name } of references) {
    if (Object.keys(layers).some((layerId) => layerReference(layerId) === name)) continue
    report('layer-reference', 'references', `${name} is of no layer`)
  }
  const schema = visualizations[visualizationType]
  if (schema === undefined) return
  const ofVisualization = within(report, 'state.visualization')
  if (fits(schema, state.visualization, ofVisualization) === undefined) return
  judgeAccessors(state.visualization, layers, ofVisualization)
}

function judgeOrder({ columnOrder, columns }: LensLayer, report: Report): void {
  const ids = Object.keys(columns)
  if (columnOrder.toSorted().join('\n') !== ids.toSorted().join('\n')) {
    report('column-order', 'columnOrder', `it must hold exactly ${ids.join(', ')}`)
    return
  }
  const firstFigure = columnOrder.findIndex((id) => columns[id]?.isBucketed !== true)
  const late = columnOrder.slice(firstFigure).find((id) => columns[id]?.isBucketed === true)
  if (firstFigure >= 0 && late !== undefined) {
    report('buckets-first', 'columnOrder', `${late} divides, and stands after a figure`)
  }
}

function judgeColumn(
  { operationType, isBucketed, sourceField, params, filter }: LensColumn,
  { columns }: LensLayer,
  strictness: Strictness,
  report: Report,
): void {
  judgeQuery(filter, within(report, 'filter'))
  if (bucketOperations.includes(operationType) !== isBucketed) {
    report('bucketed', '', `${operationType} with isBucketed ${isBucketed}`)
  }
  if (operationType === 'count' && sourceField !== '___records___') {
    report('count-of-records', '', 'Lens counts ___records___')
  }
  const order = params?.['orderBy'] as { type?: string; columnId?: string } | undefined
  if (operationType === 'terms' && order?.type === 'column') {
    const ranking = columns[order.columnId ?? '']
    if (ranking === undefined || ranking.isBucketed) {
      report('terms-order', 'params.orderBy', `${order.columnId} is no figure of the layer`)
    }
  }
  const schema = operationParams[operationType]
  if (strictness === 'own' && schema !== undefined) fits(schema, params, within(report, 'params'))
}

/** Members of a visualisation that name a layer or columns of it. */
const accessorNames = [
  'metricAccessor',
  'xAccessor',
  'splitAccessor',
  'accessors',
  'columnId',
] as const

type Part = Partial<Record<(typeof accessorNames)[number], string | readonly string[]>> & {
  layerId?: string
  layers?: readonly Part[]
  columns?: readonly Part[]
}

function judgeAccessors(
  visualization: unknown,
  layers: Readonly<Record<string, LensLayer>>,
  report: Report,
): void {
  const whole = visualization as Part
  const shown = new Set<string>()
  for (const part of whole.layers ?? [whole]) {
    const layer = layers[part.layerId ?? '']
    if (layer === undefined) {
      report('layer', '', `there is no layer ${part.layerId}`)
      continue
    }
    const names = [part, ...(part.columns ?? [])].flatMap((each) =>
      accessorNames.flatMap((name) => each[name] ?? []),
    )
    for (const name of names) {
      shown.add(name)
      if (layer.columns[name] === undefined) report('accessor', '', `there is no column ${name}`)
    }
    for (const name of Object.keys(layer.columns)) {
      if (!shown.has(name)) report('accessor', '', `the column ${name} is not shown`)
    }
  }
}
