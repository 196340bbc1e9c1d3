// Data views, saved searches and dashboards: the attributes that Kibana knows of each.
import { z } from 'zod'
import { coreVersion, typeVersions } from '../objects/saved-object.ts'
import { type Lens, lensSchema } from './lens-schema.ts'
import {
  jsonText,
  members,
  oneOf,
  type Query,
  querySchema,
  referenceSchema,
  type Strictness,
  text,
} from './parts.ts'

export interface Envelope {
  id: string
  type: string
  attributes: unknown
  references: { name: string; type: string; id: string }[]
}

export function envelopeSchema(strictness: Strictness): z.ZodType<Envelope> {
  const isOwn = strictness === 'own'
  const version = z.string().regex(/^\d+\.\d+\.\d+$/)
  return members(strictness, {
    id: isOwn ? z.string().regex(/^millrace-[a-z-]+$/) : text,
    type: oneOf(strictness, Object.keys(typeVersions)),
    attributes: z.looseObject({}),
    references: z.array(referenceSchema),
    managed: isOwn ? z.literal(false) : z.boolean().optional(),
    coreMigrationVersion: isOwn ? z.literal(coreVersion) : version,
    // Without it Kibana runs every migration since 6 over the object, and fails in one that is of no use for it.
    typeMigrationVersion: version,
  })
}

export interface DataView {
  title: string
}

export function dataViewSchema(strictness: Strictness): z.ZodType<DataView> {
  const isOwn = strictness === 'own'
  const emptyList = jsonText(isOwn ? z.tuple([]) : z.array(z.unknown()))
  const emptyMap = jsonText(isOwn ? z.strictObject({}) : z.looseObject({}))
  const optional = <Type extends z.ZodType>(type: Type): Type | z.ZodOptional<Type> =>
    isOwn ? type : type.optional()
  return members(strictness, {
    title: text,
    name: optional(text),
    timeFieldName: isOwn ? z.literal('@timestamp') : z.string().optional(),
    fields: optional(emptyList),
    fieldAttrs: optional(emptyMap),
    fieldFormatMap: optional(emptyMap),
    runtimeFieldMap: optional(emptyMap),
    sourceFilters: optional(emptyList),
    typeMeta: optional(emptyMap),
    allowHidden: optional(z.boolean()),
  })
}

export interface SearchSource {
  query: Query
  filter: unknown[]
  indexRefName?: string | undefined
}

const searchSource = (strictness: Strictness): z.ZodType<SearchSource> =>
  members(strictness, {
    query: querySchema(strictness),
    filter: strictness === 'own' ? z.tuple([]) : z.array(z.unknown()),
    highlightAll: z.boolean().optional(),
    version: z.boolean().optional(),
    indexRefName: text.optional(),
  })

export interface Search {
  columns: string[]
  sort: [string, string][]
  breakdownField?: string | undefined
  kibanaSavedObjectMeta: { searchSourceJSON: SearchSource }
}

export function searchSchema(strictness: Strictness): z.ZodType<Search> {
  const isOwn = strictness === 'own'
  return members(strictness, {
    title: text,
    description: isOwn ? text : z.string().optional(),
    columns: z.array(text),
    sort: z.array(z.tuple([text, z.enum(['asc', 'desc'])])),
    grid: z.looseObject({}),
    hideChart: z.boolean(),
    isTextBasedQuery: z.boolean(),
    timeRestore: z.boolean().optional(),
    breakdownField: text.optional(),
    kibanaSavedObjectMeta: z.strictObject({ searchSourceJSON: jsonText(searchSource(strictness)) }),
  })
}

export interface DashboardPanel {
  type: string
  panelIndex: string
  gridData: { x: number; y: number; w: number; h: number; i: string }
  panelRefName?: string | undefined
  embeddableConfig: { attributes?: Lens | undefined }
}

export interface DashboardControl {
  explicitInput: { id: string; fieldName: string }
}

export interface Dashboard {
  panelsJSON: DashboardPanel[]
  timeRestore: boolean
  timeFrom?: string | undefined
  timeTo?: string | undefined
  controlGroupInput?: { panelsJSON: Record<string, DashboardControl> } | undefined
  kibanaSavedObjectMeta: { searchSourceJSON: SearchSource }
}

function panelSchema(strictness: Strictness): z.ZodType<DashboardPanel> {
  const isOwn = strictness === 'own'
  const whole = z.number().int()
  const heading = isOwn ? text : z.string().optional()
  const common = {
    title: heading,
    panelIndex: text,
    gridData: members(strictness, { x: whole, y: whole, w: whole, h: whole, i: text }),
  }
  const config = { title: heading, description: heading, enhancements: z.looseObject({}) }
  const lens = members(strictness, {
    ...common,
    type: z.literal('lens'),
    // A panel refers to a Lens of its own by name, or carries it.
    panelRefName: isOwn ? z.never().optional() : text.optional(),
    embeddableConfig: members(strictness, {
      ...config,
      attributes: isOwn ? lensSchema(strictness) : lensSchema(strictness).optional(),
    }),
  })
  const search = members(strictness, {
    ...common,
    type: z.literal('search'),
    panelRefName: text,
    embeddableConfig: members(strictness, config),
  })
  if (isOwn) return z.discriminatedUnion('type', [lens, search]) as z.ZodType<DashboardPanel>
  const other = z.looseObject({
    ...common,
    type: z.string().regex(/^(?!lens$|search$)/),
    embeddableConfig: z.looseObject({}),
  })
  return z.union([lens, search, other]) as z.ZodType<DashboardPanel>
}

function controlGroupSchema(strictness: Strictness): z.ZodType {
  const control = members(strictness, {
    type: oneOf(strictness, ['optionsListControl']),
    order: z.number().int(),
    grow: z.boolean(),
    width: z.enum(['small', 'medium', 'large']),
    explicitInput: members(strictness, {
      id: text,
      fieldName: strictness === 'own' ? text : z.string().optional(),
      title: strictness === 'own' ? text : z.string().optional(),
      searchTechnique: z.enum(['prefix', 'wildcard', 'exact']).optional(),
      selectedOptions: z.array(z.string()).optional(),
      sort: z.strictObject({ by: text, direction: z.enum(['asc', 'desc']) }).optional(),
    }),
  })
  const ignored = { ignoreFilters: z.boolean(), ignoreQuery: z.boolean() }
  return members(strictness, {
    controlStyle: z.enum(['oneLine', 'twoLine']),
    chainingSystem: z.enum(['HIERARCHICAL', 'NONE']),
    showApplySelections: z.boolean().optional(),
    ignoreParentSettingsJSON: jsonText(
      z.strictObject({ ...ignored, ignoreTimerange: z.boolean(), ignoreValidations: z.boolean() }),
    ),
    panelsJSON: jsonText(z.record(text, control)),
  })
}

export function dashboardSchema(strictness: Strictness): z.ZodType<Dashboard> {
  const options = {
    useMargins: z.boolean(),
    syncColors: z.boolean(),
    syncCursor: z.boolean(),
    syncTooltips: z.boolean(),
    hidePanelTitles: z.boolean(),
  }
  const refreshInterval = z.strictObject({ pause: z.boolean(), value: z.number().int().min(0) })
  return members(strictness, {
    title: text,
    description: strictness === 'own' ? text : z.string(),
    panelsJSON: jsonText(z.array(panelSchema(strictness))),
    optionsJSON: jsonText(z.strictObject(options)),
    kibanaSavedObjectMeta: z.strictObject({ searchSourceJSON: jsonText(searchSource(strictness)) }),
    timeRestore: z.boolean(),
    timeFrom: text.optional(),
    timeTo: text.optional(),
    refreshInterval: refreshInterval.optional(),
    controlGroupInput: controlGroupSchema(strictness).optional(),
  }) as z.ZodType<Dashboard>
}
