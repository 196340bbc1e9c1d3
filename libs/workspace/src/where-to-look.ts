// What `npm start` prints once everything runs.
import type { RunFile } from './run-file.ts'

export function whereToLook(run: RunFile, logDirectory: string): string {
  const { console: page, ...others } = run.services
  const services = Object.entries(others).map(([name, url]) => `  ${name.padEnd(16)}${url}`)
  return `
Millrace runs. Where to look:
  console         ${page ?? 'does not run'}
  Kafka           ${run.kafka.join(', ')}
  Elasticsearch   ${run.elasticsearch}/logs-*-*/_search?sort=@timestamp:desc
${services.join('\n')}
  process logs    ${logDirectory}

In another terminal:
  npx millrace tail                      readable lines of all services, as they arrive
  npx millrace tail --level error        only errors
  npx millrace doctor                    is everything well?

Ctrl-C stops everything; the data stay for the next start.

`
}
