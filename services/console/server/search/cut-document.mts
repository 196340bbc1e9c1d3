// A whole document for a page: texts that no page can show whole are cut, and their true length is told.
import { isObject } from '@millrace/foundation'
import { cut } from '../rows.mts'

/** Of one text. A document of many long ones is cut further, so that the whole of it stays small. Unit: characters. */
export const textCharactersMax = 64 * 1024
const documentCharactersMax = 1024 * 1024
const depthMax = 40

export interface CutDocument {
  document: Record<string, unknown>
  /** Dotted path -> true length in characters. */
  cut: Record<string, number>
}

export function cutDocument(document: object): CutDocument {
  const cuts: [string, number][] = []
  let left = documentCharactersMax
  const visit = (value: unknown, path: string, depth: number): unknown => {
    if (typeof value === 'string') {
      const length = Math.min(textCharactersMax, Math.max(0, left))
      left -= Math.min(value.length, length)
      if (value.length <= length) return value
      cuts.push([path, value.length])
      return cut(value, length)
    }
    if (typeof value !== 'object' || value === null) return value
    if (depth >= depthMax) return '…'
    if (Array.isArray(value)) {
      return value.map((item, index) => visit(item, `${path}.${index}`, depth + 1))
    }
    const members = Object.entries(value).map(([name, inner]): [string, unknown] => {
      left -= name.length
      return [name, visit(inner, path === '' ? name : `${path}.${name}`, depth + 1)]
    })
    return Object.fromEntries(members)
  }
  const whole = visit(document, '', 0)
  return { document: isObject(whole) ? whole : {}, cut: Object.fromEntries(cuts) }
}
