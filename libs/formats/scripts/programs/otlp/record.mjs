// Prints what OpenTelemetry's JavaScript SDK sends as OTLP/JSON, one batch a line.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'

const exporter = new InMemoryLogRecordExporter()
const provider = new LoggerProvider({
  resource: resourceFromAttributes({
    'service.name': 'orders',
    'service.version': '1.2.3',
    'service.instance.id': 'i-1',
    'deployment.environment.name': 'test',
    'host.name': 'web-1',
    'process.pid': 4242,
  }),
  processors: [new SimpleLogRecordProcessor({ exporter })],
})
const time = { timestamp: [1767323045, 123456789], observedTimestamp: [1767323045, 200000000] }
const logger = provider.getLogger('shop.orders', '2.0.0')
const span = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  traceFlags: 1,
})

logger.emit({ ...time, severityNumber: 9, severityText: 'INFO', body: 'hello' })
logger.emit({
  ...time,
  severityNumber: 13,
  body: 'order placed',
  attributes: { 'order.id': 17, total: 12.5, paid: true, lines: ['a', 'b'], user: { id: 'u-5' } },
})
logger.emit({
  ...time,
  severityNumber: 17,
  severityText: 'error',
  body: 'failed',
  context: span,
  attributes: {
    'exception.type': 'TypeError',
    'exception.message': 'card refused',
    'exception.stacktrace': 'TypeError: card refused\n    at charge (/srv/app/payments.js:41:11)',
  },
})
logger.emit({ ...time, severityNumber: 21, body: { event: 'structured', list: [1, 'two', null] } })
logger.emit({
  ...time,
  eventName: 'order.placed',
  attributes: { raw: new Uint8Array([0, 1, 255]) },
})
logger.emit({ observedTimestamp: time.observedTimestamp, body: 'the time of the call' })
provider.getLogger('shop.stock').emit({
  ...time,
  body: 'another scope',
  attributes: { 'url.path': '/a', 'http.response.status_code': 404 },
})
await provider.forceFlush()
const records = exporter.getFinishedLogRecords()
// One record leaves its time out, and gets that of the call.
const callTime = /"timeUnixNano":"(?!1767323045)\d+"/g
const print = (batch) => {
  const text = new TextDecoder().decode(JsonLogsSerializer.serializeRequest(batch))
  process.stdout.write(`${text.replaceAll(callTime, '"timeUnixNano":"1767323045300000000"')}\n`)
}
for (const record of records) print([record])
print(records)
