// A data view: which indices are meant, and which field is the time.
import { type SavedObject, savedObject } from './saved-object.ts'

export interface DataViewOptions {
  id: string
  /** The index pattern. */
  title: string
  /** What people read. */
  name: string
}

export function dataView({ id, title, name }: DataViewOptions): SavedObject {
  return savedObject('index-pattern', id, {
    title,
    name,
    timeFieldName: '@timestamp',
    fields: '[]',
    fieldAttrs: '{}',
    fieldFormatMap: '{}',
    runtimeFieldMap: '{}',
    sourceFilters: '[]',
    typeMeta: '{}',
    allowHidden: false,
  })
}
