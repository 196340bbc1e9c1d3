// What Lens keeps for each kind of visualisation and each operation, of those that ours use.
import { z } from 'zod'
import { text } from './parts.ts'

const color = z.string().regex(/^#[0-9a-f]{6}$/)

const onSides = z.strictObject({ x: z.boolean(), yLeft: z.boolean(), yRight: z.boolean() })

const colorMapping = z.strictObject({
  assignments: z.array(
    z.strictObject({
      rule: z.strictObject({ type: z.literal('matchExactly'), values: z.array(z.string()).min(1) }),
      color: z.strictObject({
        type: z.literal('colorCode'),
        colorCode: color,
      }),
      touched: z.boolean(),
    }),
  ),
  specialAssignments: z.tuple([
    z.strictObject({
      rule: z.strictObject({ type: z.literal('other') }),
      color: z.strictObject({ type: z.literal('loop') }),
      touched: z.boolean(),
    }),
  ]),
  paletteId: text,
  colorMode: z.strictObject({ type: z.literal('categorical') }),
})

const chart = z.strictObject({
  preferredSeriesType: z.enum(['bar_stacked', 'line']),
  legend: z.strictObject({ isVisible: z.boolean(), position: z.enum(['right', 'bottom']) }),
  valueLabels: z.literal('hide'),
  fittingFunction: z.literal('None'),
  axisTitlesVisibilitySettings: onSides,
  tickLabelsVisibilitySettings: onSides,
  gridlinesVisibilitySettings: onSides,
  labelsOrientation: z.strictObject({ x: z.number(), yLeft: z.number(), yRight: z.number() }),
  yTitle: text,
  layers: z
    .array(
      z.strictObject({
        layerId: text,
        layerType: z.literal('data'),
        seriesType: z.enum(['bar_stacked', 'line']),
        position: z.literal('top'),
        showGridlines: z.boolean(),
        xAccessor: text,
        accessors: z.array(text).min(1),
        splitAccessor: text.optional(),
        colorMapping: colorMapping.optional(),
      }),
    )
    .min(1),
})

const metric = z.strictObject({
  layerId: text,
  layerType: z.literal('data'),
  metricAccessor: text,
  color: color.optional(),
})

const table = z.strictObject({
  layerId: text,
  layerType: z.literal('data'),
  columns: z
    .array(
      z.strictObject({
        columnId: text,
        isTransposed: z.literal(false),
        isMetric: z.literal(true).optional(),
      }),
    )
    .min(1),
  paging: z.strictObject({ enabled: z.boolean(), size: z.number().int().min(1) }),
})

/** `state.visualization` by `visualizationType`. */
export const visualizations: Readonly<Record<string, z.ZodType>> = {
  lnsMetric: metric,
  lnsXY: chart,
  lnsDatatable: table,
}

const emptyAsNull = z.strictObject({ emptyAsNull: z.boolean() })

const durationFormat = z.strictObject({
  id: z.literal('duration'),
  params: z.strictObject({
    decimals: z.number().int().min(0),
    fromUnit: z.literal('milliseconds'),
    toUnit: text,
    compact: z.boolean(),
  }),
})

/** A column's `params` by `operationType`. */
export const operationParams: Readonly<Record<string, z.ZodType>> = {
  date_histogram: z.strictObject({
    interval: z.literal('auto'),
    includeEmptyRows: z.boolean(),
    dropPartials: z.boolean(),
  }),
  terms: z.strictObject({
    size: z.number().int().min(1).max(10_000),
    orderBy: z.union([
      z.strictObject({ type: z.literal('column'), columnId: text }),
      z.strictObject({ type: z.literal('alphabetical'), fallback: z.boolean() }),
    ]),
    orderDirection: z.enum(['asc', 'desc']),
    otherBucket: z.boolean(),
    missingBucket: z.boolean(),
    parentFormat: z.strictObject({ id: z.literal('terms') }),
    include: z.tuple([]),
    exclude: z.tuple([]),
    includeIsRegex: z.literal(false),
    excludeIsRegex: z.literal(false),
  }),
  count: emptyAsNull,
  unique_count: emptyAsNull,
  max: emptyAsNull,
  percentile: z.strictObject({
    percentile: z.number().gt(0).lt(100),
    format: durationFormat,
  }),
}

/** They divide documents into buckets; all others make a figure of a bucket. */
export const bucketOperations: readonly string[] = ['date_histogram', 'terms', 'filters', 'range']
