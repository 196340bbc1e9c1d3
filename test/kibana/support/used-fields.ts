// Every field that a saved object uses, and what for.
import { kqlFields } from '@millrace/kibana'
import type { Column, LensPanel, SearchPanel } from './opened.ts'
import { dashboards, searches } from './opened.ts'

export interface UsedField {
  /** Where it is used. */
  by: string
  index: string
  field: string
  /** Sorted by it, or divided or counted by it: the field must have doc values. */
  isAggregated: boolean
  /** What Lens takes it for. */
  dataType?: Column['dataType']
}

export function usedFields(): UsedField[] {
  const found = searches.flatMap((search) => ofSearch(search, search.name))
  for (const { name, panels, controls } of dashboards) {
    for (const { name: control, index, field } of controls) {
      const by = `${name}, control ${control}`
      found.push({ by, index, field, isAggregated: true, dataType: 'string' })
    }
    for (const panel of panels) {
      const by = `${name}, panel ${panel.name}`
      found.push(...(panel.kind === 'lens' ? ofLens(panel, by) : ofSearch(panel, by)))
    }
  }
  return found
}

function ofLens({ index, query, columns }: LensPanel, by: string): UsedField[] {
  return Object.values(columns).flatMap((column) => {
    const { operationType, sourceField: field, dataType, filter } = column
    const filtered = [query, filter?.query ?? ''].flatMap(kqlFields)
    const own =
      operationType === 'count'
        ? []
        : [{ by, index, field, isAggregated: true, ...dataTypeOf(operationType, dataType) }]
    return [...own, ...filtered.map((name) => ({ by, index, field: name, isAggregated: false }))]
  })
}

/** A count of different values is a number, whatever the values are. */
function dataTypeOf(operationType: string, dataType: Column['dataType']): Partial<UsedField> {
  return operationType === 'unique_count' ? {} : { dataType }
}

function ofSearch(search: SearchPanel, by: string): UsedField[] {
  const { index, query, columns, sort, breakdownField } = search
  const aggregated = sort.map(([field]) => field)
  if (breakdownField !== undefined) aggregated.push(breakdownField)
  const use = (isAggregated: boolean) => (field: string) => ({ by, index, field, isAggregated })
  return [...aggregated.map(use(true)), ...[...columns, ...kqlFields(query)].map(use(false))]
}
