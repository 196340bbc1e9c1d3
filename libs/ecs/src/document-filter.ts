// Which documents a person wants to see: by service, level and text.
import { levelRank, memberAt, type ReadDocument, textAt } from './reading.ts'
import { type LogLevel, logLevels } from './severity.ts'

export interface DocumentFilterOptions {
  /** Names; any of them fits. */
  services?: readonly string[]
  /** This level and those above it. */
  level?: LogLevel
  /** Text that message, error, trace or attributes contain; upper and lower case are the same. */
  grep?: string
}

/** Whether a person wants to see a document. */
export function createDocumentFilter(
  options: DocumentFilterOptions,
): (document: ReadDocument) => boolean {
  const services = options.services === undefined ? undefined : new Set(options.services)
  const rank = options.level === undefined ? 0 : logLevels.indexOf(options.level)
  const grep = options.grep?.toLowerCase()
  return (document) =>
    levelRank(document) >= rank &&
    (services === undefined || services.has(textAt(document, 'service.name') ?? '')) &&
    (grep === undefined || searchedText(document).toLowerCase().includes(grep))
}

function searchedText(document: ReadDocument): string {
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
