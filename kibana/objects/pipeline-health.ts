// What an operator opens: how late lines are, which became dead letters and why, and what the ledgers say.
import {
  chartPanel,
  count,
  dashboard,
  type DashboardRow,
  lastSeen,
  maximum,
  metricPanel,
  overTime,
  percentileOfMs,
  tablePanel,
  topValues,
} from '@millrace/kibana'
import { logs, metrics } from './data-views.ts'
import { isDeadLetter, isLine } from './queries.ts'
import { deadLetters } from './searches.ts'

const delay = 'millrace.indexing_delay_ms'
const ofLines = { dataView: logs, query: isLine }
const ofDeadLetters = { dataView: logs, query: isDeadLetter }
const ledger = (member: string): string => `millrace.ledger.${member}`

/** Why a transport gives lines up. */
const dropReasons = {
  'memory-full': 'Memory full',
  'spool-full': 'Spool full',
  'spool-failed': 'Disk failed',
  'spool-damaged': 'Spool damaged',
  closed: 'Closed',
  'too-large': 'Too large',
  rejected: 'Rejected',
  unreadable: 'Unreadable',
}

const figures: DashboardRow = {
  height: 6,
  panels: [
    {
      id: 'lines',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Lines',
        description: 'Lines of services that were indexed, by the time that they were logged.',
        figure: count('Lines'),
      }),
    },
    {
      id: 'delay-p95',
      width: 12,
      panel: metricPanel({
        ...ofLines,
        title: 'Indexing delay, p95',
        description: 'From event.created to event.ingested: 95 of 100 lines took no longer.',
        figure: percentileOfMs(delay, 95, 'p95'),
      }),
    },
    {
      id: 'dead-letters',
      width: 12,
      panel: metricPanel({
        ...ofDeadLetters,
        title: 'Dead letters',
        description: 'Records that could not be indexed. None is lost: see the table below.',
        figure: count('Dead letters'),
      }),
    },
    {
      id: 'spooled',
      width: 12,
      panel: metricPanel({
        dataView: metrics,
        title: 'Most spooled',
        description:
          'Most lines that one instance has put on disk since it started, because Kafka was away.',
        figure: maximum(ledger('spooled'), 'Spooled'),
      }),
    },
  ],
}

const overTheTime: DashboardRow = {
  height: 12,
  panels: [
    {
      id: 'delay-over-time',
      width: 24,
      panel: chartPanel({
        ...ofLines,
        title: 'Indexing delay',
        description:
          'From event.created to event.ingested. It grows with the lag: more workers help.',
        shape: 'line',
        overTime: overTime(),
        figures: {
          p50: percentileOfMs(delay, 50, 'p50'),
          p95: percentileOfMs(delay, 95, 'p95'),
          p99: percentileOfMs(delay, 99, 'p99'),
        },
        valueTitle: 'Delay',
      }),
    },
    {
      id: 'partitions-over-time',
      width: 24,
      panel: chartPanel({
        ...ofLines,
        title: 'Volume by partition',
        description:
          'Lines by the partition that they came through. Batches go round, so all should be alike.',
        shape: 'bar_stacked',
        overTime: overTime(),
        splitBy: topValues('millrace.partition', 'Partition', {
          size: 24,
          by: 'lines',
          dataType: 'number',
        }),
        figures: { lines: count('Lines') },
        valueTitle: 'Lines',
      }),
    },
  ],
}

const parked: DashboardRow = {
  height: 12,
  panels: [
    {
      id: 'dead-letters-over-time',
      width: 24,
      panel: chartPanel({
        ...ofDeadLetters,
        title: 'Dead letters over time',
        description: 'By cause. A new cause after a release of a service is its logging.',
        shape: 'bar_stacked',
        overTime: overTime(),
        splitBy: topValues('millrace.dead_letter.group', 'Cause', { size: 10, by: 'letters' }),
        figures: { letters: count('Dead letters') },
        valueTitle: 'Dead letters',
      }),
    },
    {
      id: 'dead-letters-by-cause',
      width: 24,
      panel: tablePanel({
        ...ofDeadLetters,
        title: 'Dead letters by cause',
        description: 'The same groups as "millrace dead-letters list".',
        columns: {
          cause: topValues('millrace.dead_letter.group', 'Cause', { size: 50, by: 'letters' }),
          letters: count('Dead letters'),
          attempts: maximum('millrace.dead_letter.attempts', 'Most attempts'),
          last: lastSeen('Last seen'),
        },
      }),
    },
  ],
}

const ledgers: DashboardRow = {
  height: 14,
  panels: [
    {
      id: 'ledgers',
      width: 24,
      panel: tablePanel({
        dataView: metrics,
        title: 'Ledgers',
        description:
          'What each instance of a service said of itself: lines that got a number, lines that Kafka took, lines that were on disk meanwhile. "millrace audit" compares them with what is here.',
        columns: {
          service: topValues('service.name', 'Service', { size: 50, by: 'issued' }),
          instance: topValues(ledger('instance'), 'Instance', { size: 20, by: 'issued' }),
          issued: maximum(ledger('issued'), 'Issued'),
          published: maximum(ledger('published'), 'Published'),
          spooled: maximum(ledger('spooled'), 'Spooled'),
          last: lastSeen('Last heard of'),
        },
      }),
    },
    {
      id: 'dropped',
      width: 24,
      panel: tablePanel({
        dataView: metrics,
        title: 'Dropped, by reason',
        query: Object.keys(dropReasons)
          .map((reason) => `${ledger(`dropped.${reason}`)}: *`)
          .join(' or '),
        description:
          'Lines that instances gave up past their bounds, counted by reason since each has started.',
        columns: {
          service: topValues('service.name', 'Service', { size: 50 }),
          instance: topValues(ledger('instance'), 'Instance', { size: 20 }),
          ...Object.fromEntries(
            Object.entries(dropReasons).map(([reason, label]) => [
              reason,
              maximum(ledger(`dropped.${reason}`), label),
            ]),
          ),
        },
      }),
    },
  ],
}

const letters: DashboardRow = {
  height: 16,
  panels: [
    {
      id: 'latest-dead-letters',
      width: 48,
      panel: {
        kind: 'search',
        title: 'Latest dead letters',
        description: 'Newest first, with the reason and the original line.',
        search: deadLetters,
      },
    },
  ],
}

export const pipelineHealth = dashboard({
  id: 'millrace-pipeline-health',
  title: 'Millrace: pipeline health',
  description: 'How late lines are, what could not be indexed and why, and what the ledgers say.',
  dataView: logs,
  timeFrom: 'now-24h',
  controls: [{ id: 'service', title: 'Service', field: 'service.name' }],
  rows: [figures, overTheTime, parked, ledgers, letters],
})
