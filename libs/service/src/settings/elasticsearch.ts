// Configuration of the store: nodes, credentials, TLS, time limits.
import { present, type ReportProblem, settingGroup } from './setting-group.ts'
import { boolean, httpUrl, integer, list, oneOf, setting, text } from './config-setting.ts'

const url =
  'a comma-separated list of http or https addresses, for example http://127.0.0.1:9200, without user and password in them'

export const elasticsearchGroup = settingGroup({
  title: 'Elasticsearch',
  variables: {
    MILLRACE_ELASTICSEARCH_URL: setting(
      list(httpUrl(url), { accepts: url }).default(['http://127.0.0.1:9200']),
      { description: 'Nodes, or the load balancer before them. Requests are spread over all.' },
    ),
    MILLRACE_ELASTICSEARCH_API_KEY: setting(text({ maxLength: 4096 }).optional(), {
      description: 'API key, in the encoded form that Elasticsearch hands out.',
      secret: true,
    }),
    MILLRACE_ELASTICSEARCH_USERNAME: setting(text().optional(), {
      description: 'User name, where there is no API key.',
    }),
    MILLRACE_ELASTICSEARCH_PASSWORD: setting(text().optional(), {
      description: 'Password of that user.',
      secret: true,
    }),
    MILLRACE_ELASTICSEARCH_CA: setting(
      text({
        pattern: /-----BEGIN CERTIFICATE-----/,
        maxLength: 1_000_000,
        accepts: 'a certificate in PEM text, with its line -----BEGIN CERTIFICATE-----',
      }).optional(),
      {
        description: "Certificate authorities (PEM) to trust in place of the system's.",
        fromFile: true,
      },
    ),
    MILLRACE_ELASTICSEARCH_COMPRESSION: setting(oneOf(['none', 'gzip']).default('none'), {
      description: 'Compression of request bodies; worth its time over a slow or metered network.',
    }),
    MILLRACE_ELASTICSEARCH_REQUEST_TIMEOUT_MS: setting(
      integer({ min: 1_000, max: 600_000 }).default(30_000),
      { description: 'Longest wait for the whole answer to a request.', unit: 'ms' },
    ),
  },
  /** As `elasticSettings` of @millrace/elastic takes it. */
  shape: (values, report) => ({
    nodes: values.MILLRACE_ELASTICSEARCH_URL,
    ...credentialsOf(values, report),
    ...present({ ca: caOf(values, report) }),
    compression: values.MILLRACE_ELASTICSEARCH_COMPRESSION,
    requestTimeoutMs: values.MILLRACE_ELASTICSEARCH_REQUEST_TIMEOUT_MS,
  }),
})

export const setupGroup = settingGroup({
  title: 'Setup',
  variables: {
    MILLRACE_SETUP: setting(boolean().default(false), {
      description:
        'Installs the index templates at start. Otherwise they are only checked, and the log says what is missing.',
    }),
  },
  shape: (values) => ({ install: values.MILLRACE_SETUP }),
})

interface Credentials {
  MILLRACE_ELASTICSEARCH_API_KEY: string | undefined
  MILLRACE_ELASTICSEARCH_USERNAME: string | undefined
  MILLRACE_ELASTICSEARCH_PASSWORD: string | undefined
}

function credentialsOf(values: Credentials, report: ReportProblem) {
  const apiKey = values.MILLRACE_ELASTICSEARCH_API_KEY
  const username = values.MILLRACE_ELASTICSEARCH_USERNAME
  const password = values.MILLRACE_ELASTICSEARCH_PASSWORD
  if (apiKey !== undefined && (username !== undefined || password !== undefined)) {
    const rest = 'is set beside a user name or password; set either the key or those two.'
    report('MILLRACE_ELASTICSEARCH_API_KEY', rest)
  } else if (username !== undefined && password === undefined) {
    const rest = 'is not set; MILLRACE_ELASTICSEARCH_USERNAME needs its password.'
    report('MILLRACE_ELASTICSEARCH_PASSWORD', rest)
  } else if (password !== undefined && username === undefined) {
    const rest = 'is not set; MILLRACE_ELASTICSEARCH_PASSWORD needs its user name.'
    report('MILLRACE_ELASTICSEARCH_USERNAME', rest)
  }
  return present({ apiKey, username, password })
}

function caOf(
  values: {
    MILLRACE_ELASTICSEARCH_CA: string | undefined
    MILLRACE_ELASTICSEARCH_URL: readonly string[]
  },
  report: ReportProblem,
): string | undefined {
  const ca = values.MILLRACE_ELASTICSEARCH_CA
  const isPlain = values.MILLRACE_ELASTICSEARCH_URL.every((node) => node.startsWith('http:'))
  if (ca !== undefined && isPlain) {
    const rest = 'is set, but no address in MILLRACE_ELASTICSEARCH_URL begins with https.'
    report('MILLRACE_ELASTICSEARCH_CA', rest)
  }
  return ca
}
