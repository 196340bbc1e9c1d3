// Documents, read back: members by their dotted path, and how severe an event is.
import { logLevels } from './severity.ts'

/** A document as it comes from Elasticsearch or the normalizer; nothing is believed of it. */
export type ReadDocument = Readonly<Record<string, unknown>>

/** A member by its dotted path. */
export function memberAt(document: unknown, path: string): unknown {
  let value = document
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** The same, where it is a text that is not empty. */
export function textAt(document: unknown, path: string): string | undefined {
  const value = memberAt(document, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** How severe: an index of `logLevels`; info where the document says nothing. */
export function levelRank(document: ReadDocument): number {
  const rank = (logLevels as readonly string[]).indexOf(textAt(document, 'log.level') ?? 'info')
  return rank === -1 ? logLevels.indexOf('info') : rank
}
