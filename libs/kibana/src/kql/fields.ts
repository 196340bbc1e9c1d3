// KQL, read for the fields that it names.
import { type KqlNode, literalText, parseKql } from './parse.ts'

/**
 * The fields that a query names, in the order of their first mention; one inside `path: { … }` with its path. A
 * value without a field names none.
 * @throws KqlError when the query is no KQL.
 */
export function kqlFields(query: string): string[] {
  const fields = new Set<string>()
  const visit = (node: KqlNode): void => {
    switch (node.kind) {
      case 'not':
        return visit(node.part)
      case 'and':
      case 'or':
        return node.parts.forEach(visit)
      case 'is':
      case 'range':
        if (node.field !== undefined) fields.add(literalText(node.field))
    }
  }
  visit(parseKql(query))
  return [...fields]
}
