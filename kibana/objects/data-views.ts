import { dataView } from '@millrace/kibana'

/** Discover takes a data view for logs when its pattern begins with `logs-`. */
export const logs = dataView({
  id: 'millrace-logs',
  title: 'logs-*-*',
  name: 'Logs of all services',
})

export const metrics = dataView({
  id: 'millrace-metrics',
  title: 'metrics-millrace.*',
  name: 'Millrace: ledgers',
})
