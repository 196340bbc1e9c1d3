// A document as the list of its fields, and filters that mean one value of a field.

export interface DocumentField {
  /** Dotted path. */
  path: string
  value: unknown
}

/** Leaves in the order of the document; a list is one value. */
export function fieldsOf(document: Record<string, unknown>): DocumentField[] {
  const fields: DocumentField[] = []
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const members = Object.entries(value)
      for (const [name, member] of members) walk(member, path === '' ? name : `${path}.${name}`)
      if (members.length > 0) return
    }
    fields.push({ path, value })
  }
  walk(document, '')
  return fields
}

/** What a person reads: texts as they are, all else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The filter that holds for this value only; undefined for what can't be filtered by. */
export function filterFor({ path, value }: DocumentField): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return `${path}: ${String(value)}`
  if (typeof value !== 'string' || value.length > 256) return undefined
  return `${path}: "${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** Both filters together; an `or` of the old one stays within itself. */
export function narrowed(filter: string, added: string): string {
  const old = filter.trim()
  if (old === '') return added
  if (old.split(' and ').includes(added)) return old
  return `${/\bor\b/i.test(old) ? `(${old})` : old} and ${added}`
}
