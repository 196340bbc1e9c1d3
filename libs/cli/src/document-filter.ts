// Which documents a person wants to see: by service, level and text.
import { type Document, type Level, levelRank, levels, memberAt, textAt } from './document-text.ts'

export interface FilterOptions {
  /** Names; any of them fits. */
  services?: readonly string[]
  /** This level and those above it. */
  level?: Level
  /** Text that message, error, trace or attributes contain; upper and lower case are the same. */
  grep?: string
}

export function createFilter(options: FilterOptions): (document: Document) => boolean {
  const services = options.services === undefined ? undefined : new Set(options.services)
  const rank = options.level === undefined ? 0 : levels.indexOf(options.level)
  const grep = options.grep?.toLowerCase()
  return (document) =>
    levelRank(document) >= rank &&
    (services === undefined || services.has(textAt(document, 'service.name') ?? '')) &&
    (grep === undefined || searchedText(document).toLowerCase().includes(grep))
}

function searchedText(document: Document): string {
  return [
    textAt(document, 'message'),
    textAt(document, 'error.type'),
    textAt(document, 'error.message'),
    textAt(document, 'error.stack_trace'),
    textAt(document, 'trace.id'),
    textAt(document, 'url.original'),
    textAt(document, 'event.original'),
    JSON.stringify(memberAt(document, 'attributes')),
  ]
    .filter((part) => part !== undefined)
    .join('\n')
}
