// A Lens visualisation, as it lies in a dashboard's panel.
import { z } from 'zod'
import { operationParams, visualizations } from './lens-parts.ts'
import { members, oneOf, querySchema, referenceSchema, type Strictness, text } from './parts.ts'

export interface LensColumn {
  operationType: string
  dataType: string
  isBucketed: boolean
  sourceField?: string | undefined
  filter?: { query: string; language: string } | undefined
  params?: Record<string, unknown> | undefined
}

export interface LensLayer {
  columnOrder: string[]
  columns: Record<string, LensColumn>
}

function columnSchema(strictness: Strictness): z.ZodType<LensColumn> {
  const isOwn = strictness === 'own'
  return members(strictness, {
    label: isOwn ? text : z.string().optional(),
    customLabel: z.boolean().optional(),
    dataType: oneOf(strictness, ['date', 'number', 'string']),
    operationType: oneOf(strictness, Object.keys(operationParams)),
    sourceField: isOwn ? text : z.string().optional(),
    isBucketed: z.boolean(),
    scale: isOwn ? z.enum(['interval', 'ordinal', 'ratio']) : z.string().optional(),
    filter: querySchema(strictness).optional(),
    params: z.record(z.string(), z.unknown()).optional(),
  })
}

const layerSchema = (strictness: Strictness): z.ZodType<LensLayer> =>
  members(strictness, {
    columnOrder: z.array(text),
    columns: z.record(text, columnSchema(strictness)),
    incompleteColumns: z.strictObject({}).optional(),
    sampling: z.number().gt(0).lte(1).optional(),
  })

export interface Lens {
  title: string
  visualizationType: string
  references: { name: string; type: string; id: string }[]
  state: {
    datasourceStates: { formBased?: { layers?: Record<string, LensLayer> | undefined } | undefined }
    visualization: unknown
    query: { query: string; language: string }
  }
}

/** The attributes of a Lens panel by value. */
export function lensSchema(strictness: Strictness): z.ZodType<Lens> {
  const isOwn = strictness === 'own'
  const layers = z.record(text, layerSchema(strictness))
  return members(strictness, {
    title: isOwn ? text : z.string(),
    description: isOwn ? text : z.string().optional(),
    visualizationType: oneOf(strictness, Object.keys(visualizations)),
    type: isOwn ? z.literal('lens') : z.literal('lens').optional(),
    references: z.array(referenceSchema),
    state: members(strictness, {
      datasourceStates: members(strictness, {
        formBased: isOwn
          ? z.strictObject({ layers })
          : z.looseObject({ layers: layers.optional() }).optional(),
      }),
      visualization: z.looseObject({}),
      query: isOwn
        ? querySchema(strictness)
        : z.union([querySchema(strictness), z.looseObject({ esql: z.string() })]),
      filters: isOwn ? z.tuple([]) : z.array(z.unknown()),
      internalReferences: isOwn ? z.tuple([]) : z.array(z.unknown()).optional(),
      adHocDataViews: isOwn ? z.strictObject({}) : z.looseObject({}).optional(),
    }),
  }) as z.ZodType<Lens>
}
