// The topic's address: how to reach the brokers.
import { z } from 'zod'

/** Mechanisms that Kafka names so in `sasl.mechanism`. */
export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** `host:port`, with IPv6 addresses in brackets and a port from 1 to 65535. */
const brokerPattern =
  /^(\[[0-9a-fA-F:.%]+\]|[^\s:,/]+):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/
const brokerRule = 'must be host:port with a port from 1 to 65535, for example 127.0.0.1:9092'
const brokersRule = "must be a list of host:port, for example ['127.0.0.1:9092']"

const broker = z.string({ error: brokerRule }).regex(brokerPattern, { error: brokerRule })

const textRule = 'must be text of at least 1 character'
const nonEmptyText = z.string({ error: textRule }).min(1, { error: textRule })
const pem = z.string({ error: 'must be text in PEM form' }).optional()
const text = z.string({ error: 'must be text' }).optional()
const trueOrFalse = z.boolean({ error: 'must be true or false' })

function milliseconds(minimum: number, maximum: number): z.ZodInt {
  const error = `must be a whole number of ms from ${minimum} to ${maximum}`
  return z.int({ error }).min(minimum, { error }).max(maximum, { error })
}

export const tlsSettings = z.strictObject({
  ca: pem,
  cert: pem,
  key: pem,
  passphrase: text,
  servername: text,
  rejectUnauthorized: trueOrFalse.optional(),
})

const saslRule = 'must be an object of mechanism, username and password'

export const saslSettings = z.strictObject(
  {
    mechanism: z.enum(saslMechanisms, { error: `must be one of ${saslMechanisms.join(', ')}` }),
    username: nonEmptyText,
    password: nonEmptyText,
  },
  { error: (issue) => (issue.code === 'invalid_type' ? saslRule : undefined) },
)

export const kafkaSettings = z.strictObject({
  brokers: z.array(broker, { error: brokersRule }).min(1, { error: brokersRule }),
  clientId: nonEmptyText.default('millrace'),
  /** TLS: true for the system's certificate authorities, or PEM texts. */
  tls: z
    .union([z.boolean(), tlsSettings], {
      error:
        'must be true, false, or an object of ca, cert, key, passphrase, servername and rejectUnauthorized',
    })
    .default(false),
  sasl: saslSettings.optional(),
  connectionTimeoutMs: milliseconds(100, 120_000).default(5_000),
  requestTimeoutMs: milliseconds(100, 600_000).default(30_000),
})

export type KafkaSettings = z.output<typeof kafkaSettings>
export type KafkaSettingsInput = z.input<typeof kafkaSettings>
