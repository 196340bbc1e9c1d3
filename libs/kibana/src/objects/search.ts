// A saved search: documents of a data view in a table, newest first, as Discover shows them.
import { type SavedObject, savedObject } from './saved-object.ts'

export interface SearchOptions {
  id: string
  title: string
  description: string
  dataView: SavedObject
  columns: readonly string[]
  /** KQL. Default: all documents. */
  query?: string
  /** Newest last, as a trace is read. Default: false. */
  isAscending?: boolean
  /** Field whose values colour the histogram. */
  breakdownField?: string
}

const indexReference = 'kibanaSavedObjectMeta.searchSourceJSON.index'

export function savedSearch(options: SearchOptions): SavedObject {
  const { id, title, description, dataView, columns, query = '', isAscending = false } = options
  const attributes = {
    title,
    description,
    columns,
    sort: [['@timestamp', isAscending ? 'asc' : 'desc']],
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    timeRestore: false,
    ...(options.breakdownField !== undefined && { breakdownField: options.breakdownField }),
    kibanaSavedObjectMeta: {
      searchSourceJSON: JSON.stringify({
        query: { query, language: 'kuery' },
        filter: [],
        highlightAll: true,
        version: true,
        indexRefName: indexReference,
      }),
    },
  }
  const reference = { name: indexReference, type: dataView.type, id: dataView.id }
  return savedObject('search', id, attributes, [reference])
}
