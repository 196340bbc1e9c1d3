// Columns of a Lens layer: the buckets that documents are put into, and the figures made of each bucket.
import type { Json, JsonMembers } from './saved-object.ts'

/** A column of a form-based layer as Lens keeps it. */
export interface LensColumn extends JsonMembers {
  readonly label: string
  readonly dataType: 'date' | 'number' | 'string'
  readonly operationType: string
  readonly isBucketed: boolean
  readonly scale: 'interval' | 'ordinal' | 'ratio'
}

const kql = (query: string): JsonMembers => ({ query, language: 'kuery' })

export function overTime(): LensColumn {
  return {
    label: '@timestamp',
    dataType: 'date',
    operationType: 'date_histogram',
    sourceField: '@timestamp',
    isBucketed: true,
    scale: 'interval',
    params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
  }
}

export interface TopValuesOptions {
  size: number
  /** Column id of the figure that ranks them. Default: by the value itself, ascending. */
  by?: string
  /** Default: string. */
  dataType?: 'string' | 'number'
}

export function topValues(
  field: string,
  label: string,
  { size, by, dataType = 'string' }: TopValuesOptions,
): LensColumn {
  const orderBy: JsonMembers =
    by === undefined ? { type: 'alphabetical', fallback: false } : { type: 'column', columnId: by }
  return {
    label,
    customLabel: true,
    dataType,
    operationType: 'terms',
    sourceField: field,
    isBucketed: true,
    scale: 'ordinal',
    params: {
      size,
      orderBy,
      orderDirection: by === undefined ? 'asc' : 'desc',
      otherBucket: false,
      missingBucket: false,
      parentFormat: { id: 'terms' },
      include: [],
      exclude: [],
      includeIsRegex: false,
      excludeIsRegex: false,
    },
  }
}

/** Documents; `query` (KQL) counts only some of them. */
export function count(label: string, query?: string): LensColumn {
  return {
    label,
    customLabel: true,
    dataType: 'number',
    operationType: 'count',
    sourceField: '___records___',
    isBucketed: false,
    scale: 'ratio',
    ...(query !== undefined && { filter: kql(query) }),
    params: { emptyAsNull: false },
  }
}

export function uniqueCount(field: string, label: string): LensColumn {
  return figure('unique_count', field, label, { emptyAsNull: false })
}

export function maximum(field: string, label: string): LensColumn {
  return figure('max', field, label, { emptyAsNull: true })
}

/** Newest `@timestamp` of the bucket. */
export function lastSeen(label: string): LensColumn {
  return { ...figure('max', '@timestamp', label, { emptyAsNull: true }), dataType: 'date' }
}

/** Of a field in milliseconds, shown in the unit that suits it. */
export function percentileOfMs(field: string, percentile: number, label: string): LensColumn {
  const format = {
    id: 'duration',
    params: { decimals: 1, fromUnit: 'milliseconds', toUnit: 'humanizePrecise', compact: true },
  }
  return figure('percentile', field, label, { percentile, format })
}

function figure(
  operationType: string,
  field: string,
  label: string,
  params: Readonly<Record<string, Json>>,
): LensColumn {
  return {
    label,
    customLabel: true,
    dataType: 'number',
    operationType,
    sourceField: field,
    isBucketed: false,
    scale: 'ratio',
    params,
  }
}
