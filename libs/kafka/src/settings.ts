// The topic's address: how to reach the brokers.
import { z } from 'zod'

/** Mechanisms that Kafka names so in `sasl.mechanism`. */
export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** `host:port`, with IPv6 addresses in brackets. */
const broker = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:.%]+\]|[^\s:,/]+):\d{1,5}$/,
    'a broker is host:port, for example 127.0.0.1:9092',
  )

export const tlsSettings = z.strictObject({
  ca: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
  passphrase: z.string().optional(),
  servername: z.string().optional(),
  rejectUnauthorized: z.boolean().optional(),
})

export const saslSettings = z.strictObject({
  mechanism: z.enum(saslMechanisms),
  username: z.string().min(1),
  password: z.string().min(1),
})

export const kafkaSettings = z.strictObject({
  brokers: z.array(broker).min(1),
  clientId: z.string().min(1).default('millrace'),
  /** TLS: true for the system's certificate authorities, or PEM texts. */
  tls: z.union([z.boolean(), tlsSettings]).default(false),
  sasl: saslSettings.optional(),
  connectionTimeoutMs: z.int().min(100).max(120_000).default(5_000),
  requestTimeoutMs: z.int().min(100).max(600_000).default(30_000),
})

export type KafkaSettings = z.output<typeof kafkaSettings>
export type KafkaSettingsInput = z.input<typeof kafkaSettings>
