// Counting, shown: the console's numbers in Prometheus' words. docs/metrics.md explains each.
import { createMetrics, defineMetrics, type MetricsText } from '@millrace/service'
import type { LiveHub } from './live/live-hub.mts'

export const consoleMetrics = defineMetrics({
  console_live_viewers: { kind: 'gauge', help: 'Pages that look at the Live view now.' },
  console_live_reading: {
    kind: 'gauge',
    help: '1 while the topic is read for them, else 0.',
  },
})

export function createConsoleMetrics(hub: LiveHub): MetricsText {
  const { metrics, ...text } = createMetrics(consoleMetrics, {
    defaultLabels: { service: 'millrace-console' },
    processMetrics: true,
    collect: () => {
      metrics.console_live_viewers.set(hub.viewers)
      metrics.console_live_reading.set(hub.isReading ? 1 : 0)
    },
  })
  return text
}
