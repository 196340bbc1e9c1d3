// Which processes `npm start` runs, in the order in which they start.
import { join } from 'node:path'
import type { StartOptions } from './start-options.ts'

export interface ServicePlan {
  name: string
  /** Absolute path. */
  program: string
  arguments?: readonly string[]
  /** The port that people know; another one is taken when it is not free. Absent: no HTTP port. */
  port?: number
  /** Answers 2xx when the process is ready. */
  readyPath: string
  /** @param urls base URLs of all planned services. */
  environment(urls: Readonly<Record<string, string>>): NodeJS.ProcessEnv
}

export interface PlanOptions {
  root: string
  options: StartOptions
  endpoints: { kafka: readonly string[]; elasticsearch: string }
  /** The environment of `npm start` itself; its MILLRACE_ settings are not handed on. */
  environment: NodeJS.ProcessEnv
}

const shop = [
  { name: 'catalogue', port: 3003 },
  { name: 'payments', port: 3002 },
  { name: 'orders', port: 3001 },
] as const

export function plannedServices(plan: PlanOptions): ServicePlan[] {
  const { root, options, endpoints, environment } = plan
  const base: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('MILLRACE_') || name === 'MILLRACE_LOG_LEVEL') base[name] = value
  }
  base['MILLRACE_KAFKA_BROKERS'] = endpoints.kafka.join(',')
  const services: ServicePlan[] = []
  for (let index = 1; index <= options.indexers; index++) {
    const name = `indexer-${index}`
    services.push({
      name,
      program: join(root, 'services/indexer/src/main.ts'),
      port: 9463 + index,
      readyPath: '/readyz',
      environment: (urls) => ({
        ...base,
        MILLRACE_ELASTICSEARCH_URL: endpoints.elasticsearch,
        MILLRACE_HTTP_PORT: portOf(urls[name]),
      }),
    })
  }
  services.push({
    name: 'console',
    program: join(root, 'services/console/server/main.ts'),
    port: 9460,
    readyPath: '/healthz',
    environment: (urls) => ({
      ...base,
      MILLRACE_ELASTICSEARCH_URL: endpoints.elasticsearch,
      MILLRACE_CONSOLE_PORT: portOf(urls['console']),
    }),
  })
  if (!options.demo) return services
  for (const { name, port } of shop) {
    services.push({
      name,
      program: join(root, 'services/demo', name, 'main.ts'),
      port,
      readyPath: '/healthz',
      environment: (urls) => ({ ...base, ...shopEnvironment(urls), PORT: portOf(urls[name]) }),
    })
  }
  services.push({
    name: 'load',
    program: join(root, 'services/demo/load/main.ts'),
    arguments: ['--rate', String(options.rate)],
    readyPath: '',
    environment: (urls) => ({ ...base, ...shopEnvironment(urls) }),
  })
  return services
}

/** Where the shop's services find each other. */
function shopEnvironment(urls: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    ORDERS_URL: urls['orders'],
    PAYMENTS_URL: urls['payments'],
    CATALOGUE_URL: urls['catalogue'],
  }
}

function portOf(url: string | undefined): string {
  return url === undefined ? '0' : new URL(url).port
}
