// Configuration of the store: nodes, credentials, TLS, time limits.
import { boolean, httpUrl, integer, list, oneOf, setting } from './config-setting.ts'
import { apiKey, authorities, loginOf, password, username } from './login.ts'
import { settingGroup } from './setting-group.ts'

const url =
  'a comma-separated list of http or https addresses, for example http://127.0.0.1:9200, without user and password in them'

export const elasticsearchGroup = settingGroup({
  title: 'Elasticsearch',
  variables: {
    MILLRACE_ELASTICSEARCH_URL: setting(
      list(httpUrl(url), { accepts: url }).default(['http://127.0.0.1:9200']),
      { description: 'Nodes, or the load balancer before them. Requests are spread over all.' },
    ),
    MILLRACE_ELASTICSEARCH_API_KEY: apiKey,
    MILLRACE_ELASTICSEARCH_USERNAME: username,
    MILLRACE_ELASTICSEARCH_PASSWORD: password,
    MILLRACE_ELASTICSEARCH_CA: authorities,
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
    ...loginOf(
      'MILLRACE_ELASTICSEARCH',
      {
        apiKey: values.MILLRACE_ELASTICSEARCH_API_KEY,
        username: values.MILLRACE_ELASTICSEARCH_USERNAME,
        password: values.MILLRACE_ELASTICSEARCH_PASSWORD,
        ca: values.MILLRACE_ELASTICSEARCH_CA,
      },
      { addresses: values.MILLRACE_ELASTICSEARCH_URL, report },
    ),
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
