import { savedSearch } from '@millrace/kibana'
import { logs } from './data-views.ts'
import { isDeadLetter, isError } from './queries.ts'

export const errors = savedSearch({
  id: 'millrace-errors',
  title: 'Millrace: errors',
  description: 'Lines of level error or fatal, newest first.',
  dataView: logs,
  query: isError,
  columns: ['log.level', 'service.name', 'message', 'error.type', 'trace.id'],
  breakdownField: 'service.name',
})

export const trace = savedSearch({
  id: 'millrace-trace',
  title: 'Millrace: one trace',
  description:
    'What every service logged for one request, in order. Put the trace in place of the star: trace.id: "4bf92f35…".',
  dataView: logs,
  query: 'trace.id: *',
  columns: ['trace.id', 'service.name', 'log.level', 'message'],
  isAscending: true,
  breakdownField: 'service.name',
})

export const deadLetters = savedSearch({
  id: 'millrace-dead-letters',
  title: 'Millrace: dead letters',
  description:
    'Records that could not be indexed, with the reason and the original line. "millrace dead-letters replay" sends them again.',
  dataView: logs,
  query: isDeadLetter,
  columns: [
    'millrace.dead_letter.group',
    'error.message',
    'service.name',
    'millrace.dead_letter.attempts',
    'event.original',
  ],
  breakdownField: 'millrace.dead_letter.group',
})
