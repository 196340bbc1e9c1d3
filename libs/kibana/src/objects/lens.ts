// Lens visualisations on one layer: a figure, bars or lines over time, a table.
import type { LensColumn } from './columns.ts'
import type { JsonMembers, SavedObject } from './saved-object.ts'

export interface LensPanel {
  readonly kind: 'lens'
  readonly title: string
  readonly description: string
  readonly dataView: SavedObject
  readonly visualizationType: 'lnsMetric' | 'lnsXY' | 'lnsDatatable'
  readonly visualization: JsonMembers
  /** By id, buckets first, from the outermost. */
  readonly columns: Readonly<Record<string, LensColumn>>
  /** KQL of the panel alone. */
  readonly query: string
}

export const layerId = 'layer'

interface PanelOptions {
  title: string
  /** What a reader should take from it. */
  description: string
  dataView: SavedObject
  /** KQL. Default: all documents. */
  query?: string
}

export function metricPanel(
  options: PanelOptions & { figure: LensColumn; color?: string },
): LensPanel {
  const { figure, color } = options
  return panel(
    options,
    'lnsMetric',
    { figure },
    {
      layerId,
      layerType: 'data',
      metricAccessor: 'figure',
      ...(color !== undefined && { color }),
    },
  )
}

export interface ChartOptions extends PanelOptions {
  shape: 'bar_stacked' | 'line'
  /** Figures over time by id. */
  figures: Readonly<Record<string, LensColumn>>
  overTime: LensColumn
  /** One series for each value. */
  splitBy?: LensColumn
  /** Value of `splitBy` -> colour, where they are known beforehand. */
  colors?: Readonly<Record<string, string>>
  valueTitle: string
}

export function chartPanel(options: ChartOptions): LensPanel {
  const { shape, figures, overTime, splitBy, colors, valueTitle } = options
  const buckets = splitBy === undefined ? { time: overTime } : { split: splitBy, time: overTime }
  const sides = { x: true, yLeft: true, yRight: true }
  return panel(
    options,
    'lnsXY',
    { ...buckets, ...figures },
    {
      preferredSeriesType: shape,
      legend: { isVisible: true, position: 'right' },
      valueLabels: 'hide',
      fittingFunction: 'None',
      axisTitlesVisibilitySettings: { ...sides, x: false },
      tickLabelsVisibilitySettings: sides,
      gridlinesVisibilitySettings: sides,
      labelsOrientation: { x: 0, yLeft: 0, yRight: 0 },
      yTitle: valueTitle,
      layers: [
        {
          layerId,
          layerType: 'data',
          seriesType: shape,
          position: 'top',
          showGridlines: false,
          xAccessor: 'time',
          accessors: Object.keys(figures),
          ...(splitBy !== undefined && { splitAccessor: 'split' }),
          ...(colors !== undefined && { colorMapping: fixedColors(colors) }),
        },
      ],
    },
  )
}

/** A value has its colour on every dashboard and at every time; others take theirs from the palette in turn. */
function fixedColors(colors: Readonly<Record<string, string>>): JsonMembers {
  return {
    assignments: Object.entries(colors).map(([value, colorCode]) => ({
      rule: { type: 'matchExactly', values: [value] },
      color: { type: 'colorCode', colorCode },
      touched: true,
    })),
    specialAssignments: [{ rule: { type: 'other' }, color: { type: 'loop' }, touched: false }],
    paletteId: 'eui_amsterdam_color_blind',
    colorMode: { type: 'categorical' },
  }
}

export function tablePanel(
  options: PanelOptions & { columns: Readonly<Record<string, LensColumn>> },
): LensPanel {
  const { columns } = options
  return panel(options, 'lnsDatatable', columns, {
    layerId,
    layerType: 'data',
    columns: Object.entries(columns).map(([columnId, { isBucketed }]) => ({
      columnId,
      isTransposed: false,
      ...(!isBucketed && { isMetric: true }),
    })),
    paging: { enabled: true, size: 10 },
  })
}

function panel(
  { title, description, dataView, query = '' }: PanelOptions,
  visualizationType: LensPanel['visualizationType'],
  columns: LensPanel['columns'],
  visualization: JsonMembers,
): LensPanel {
  return {
    kind: 'lens',
    title,
    description,
    dataView,
    query,
    visualizationType,
    columns,
    visualization,
  }
}
