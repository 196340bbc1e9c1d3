// The store's address: how to reach Elasticsearch, and the bounds of each request.
import { ConfigError } from '@millrace/foundation'
import { z } from 'zod'

export const compressions = ['none', 'gzip'] as const

const node = z.string().refine((value) => {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}, 'a node is an http or https address without user and password, for example http://127.0.0.1:9200')

export const elasticSettings = z.strictObject({
  nodes: z.array(node).min(1).default(['http://127.0.0.1:9200']).meta({
    description: 'Nodes, or the load balancer before them; requests are spread over all.',
  }),
  apiKey: z.string().min(1).optional().meta({ description: 'Encoded API key.' }),
  username: z.string().min(1).optional().meta({ description: 'User, where there is no API key.' }),
  password: z.string().min(1).optional().meta({ description: 'Password of that user.' }),
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Certificate authorities (PEM) to trust in place of the system's." }),
  compression: z
    .enum(compressions)
    .default('none')
    .meta({ description: 'Compression of request bodies.' }),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(5_000)
    .meta({ description: 'Longest wait for a connection.', unit: 'ms' }),
  requestTimeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .meta({ description: 'Longest wait for the whole answer to a request.', unit: 'ms' }),
  connectionsMax: z
    .int()
    .min(1)
    .max(256)
    .default(32)
    .meta({ description: 'Most connections to one node; further requests wait for a free one.' }),
  responseBytesMax: z
    .int()
    .min(1_000)
    .max(256_000_000)
    .default(64_000_000)
    .meta({ description: 'Largest answer that is read; a larger one fails.', unit: 'bytes' }),
})

export type ElasticSettings = z.output<typeof elasticSettings>
export type ElasticSettingsInput = z.input<typeof elasticSettings>

/** @throws ConfigError that names each wrong setting; values are not shown, some are secret. */
export function parseSettings(input: ElasticSettingsInput): ElasticSettings {
  const parsed = elasticSettings.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const text = `Settings of Elasticsearch: ${problems.join('; ')}`
  throw new ConfigError('MILLRACE_CONFIG_VALUE', text)
}
