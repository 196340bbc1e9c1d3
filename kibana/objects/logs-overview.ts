// What a reader opens first: how much is logged, by whom, how bad it is, and the newest errors.
import {
  chartPanel,
  count,
  dashboard,
  type DashboardRow,
  lastSeen,
  metricPanel,
  overTime,
  tablePanel,
  topValues,
  uniqueCount,
} from '@millrace/kibana'
import { logs } from './data-views.ts'
import { isError, isLine } from './queries.ts'
import { errors } from './searches.ts'

/** From calm to alarming; the same on every panel. */
const levelColors = {
  trace: '#c5ccd8',
  debug: '#98a2b3',
  info: '#6092c0',
  warn: '#d6bf57',
  error: '#d36086',
  fatal: '#9b2a4f',
}

const ofLines = { dataView: logs, query: isLine }

const figures: DashboardRow = {
  height: 6,
  panels: [
    {
      id: 'events',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Events',
        description: 'Lines that were logged in this time.',
        figure: count('Events'),
      }),
    },
    {
      id: 'errors',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Errors',
        description: 'Of these, lines of level error or fatal.',
        figure: count('Errors', isError),
        color: levelColors.error,
      }),
    },
    {
      id: 'services',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Services',
        description: 'Different service.name; an estimate past a few thousand.',
        figure: uniqueCount('service.name', 'Services'),
      }),
    },
    {
      id: 'hosts',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Hosts',
        description: 'Different host.name; an estimate past a few thousand.',
        figure: uniqueCount('host.name', 'Hosts'),
      }),
    },
  ],
}

const overTheTime: DashboardRow = {
  height: 12,
  panels: [
    {
      id: 'levels-over-time',
      width: 24,
      panel: chartPanel({
        ...ofLines,
        title: 'Levels over time',
        description: 'Lines by log.level; a level has the same colour everywhere.',
        shape: 'bar_stacked',
        overTime: overTime(),
        splitBy: topValues('log.level', 'Level', { size: 6, by: 'events' }),
        figures: { events: count('Events') },
        colors: levelColors,
        valueTitle: 'Events',
      }),
    },
    {
      id: 'errors-by-service',
      width: 24,
      panel: chartPanel({
        dataView: logs,
        query: `${isLine} and ${isError}`,
        title: 'Errors by service',
        description: 'Lines of level error or fatal, of the ten services that have most.',
        shape: 'bar_stacked',
        overTime: overTime(),
        splitBy: topValues('service.name', 'Service', { size: 10, by: 'errors' }),
        figures: { errors: count('Errors') },
        valueTitle: 'Errors',
      }),
    },
  ],
}

const tables: DashboardRow = {
  height: 13,
  panels: [
    {
      id: 'top-services',
      width: 18,
      panel: tablePanel({
        ...ofLines,
        title: 'Top services',
        description:
          'Which services log most, how much of it is errors, and when each was last heard of.',
        columns: {
          service: topValues('service.name', 'Service', { size: 50, by: 'events' }),
          events: count('Events'),
          errors: count('Errors', isError),
          last: lastSeen('Last seen'),
        },
      }),
    },
    {
      id: 'top-hosts',
      width: 15,
      panel: tablePanel({
        ...ofLines,
        title: 'Top hosts',
        description: 'Which hosts log most, and how much of it is errors.',
        columns: {
          host: topValues('host.name', 'Host', { size: 50, by: 'events' }),
          events: count('Events'),
          errors: count('Errors', isError),
        },
      }),
    },
    {
      id: 'top-error-types',
      width: 15,
      panel: tablePanel({
        ...ofLines,
        title: 'Top error types',
        description: 'error.type as the logger named it, most frequent first.',
        columns: {
          type: topValues('error.type', 'Error type', { size: 50, by: 'events' }),
          events: count('Events'),
          services: uniqueCount('service.name', 'Services'),
        },
      }),
    },
  ],
}

const latest: DashboardRow = {
  height: 18,
  panels: [
    {
      id: 'latest-errors',
      width: 48,
      panel: {
        kind: 'search',
        title: 'Latest errors',
        description: 'Lines of level error or fatal, newest first.',
        search: errors,
      },
    },
  ],
}

export const logsOverview = dashboard({
  id: 'millrace-logs-overview',
  title: 'Millrace: logs overview',
  description: 'Every service in one shape: volume, levels, errors, and the newest of them.',
  dataView: logs,
  timeFrom: 'now-24h',
  controls: [
    { id: 'service', title: 'Service', field: 'service.name' },
    { id: 'host', title: 'Host', field: 'host.name' },
    { id: 'level', title: 'Level', field: 'log.level' },
    { id: 'dataset', title: 'Dataset', field: 'data_stream.dataset' },
  ],
  rows: [figures, overTheTime, tables, latest],
})
