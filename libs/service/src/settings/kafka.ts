// Configuration of the topic: brokers, TLS, SASL, topic and consumer group.
import { present, type ReportProblem, settingGroup } from './setting-group.ts'
import { boolean, integer, list, oneOf, setting, text } from './config-setting.ts'
import { checkTlsMaterial } from './tls-material.ts'

const topicName = text({
  pattern: /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,235}$/,
  accepts: 'a topic name of 1 to 235 letters, digits, dots, underscores and dashes',
})

/** As @millrace/kafka takes it: IPv6 addresses in brackets, a port from 1 to 65535. */
const brokerPattern =
  /^(\[[0-9a-fA-F:.%]+\]|[^\s:,/@]+):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/

/** Room is left below Kafka's 249 for the `.dead-letter` topic beside it. */
export const kafkaGroup = settingGroup({
  title: 'Kafka',
  variables: {
    MILLRACE_KAFKA_BROKERS: setting(
      list(text({ pattern: brokerPattern }), {
        accepts:
          'a comma-separated list of host:port with ports from 1 to 65535, for example 127.0.0.1:9092',
      }).default(['127.0.0.1:9092']),
      { description: 'Brokers to ask first; the rest of the cluster is found through them.' },
    ),
    MILLRACE_KAFKA_TOPIC: setting(topicName.default('logs'), {
      description: 'Topic of the log records. Its dead letters go to `<topic>.dead-letter`.',
    }),
    MILLRACE_KAFKA_TLS: setting(boolean().optional(), {
      description:
        'Encrypts the connections to the brokers. Already so when a certificate below is set; `false` overrules them.',
    }),
    MILLRACE_KAFKA_TLS_CA: setting(pem().optional(), {
      description: "Certificate authorities (PEM) to trust in place of the system's.",
      fromFile: true,
    }),
    MILLRACE_KAFKA_TLS_CERT: setting(pem().optional(), {
      description: 'Client certificate (PEM), for brokers that ask for one.',
      fromFile: true,
    }),
    MILLRACE_KAFKA_TLS_KEY: setting(pem().optional(), {
      description: 'Private key (PEM) of the client certificate.',
      secret: true,
    }),
    MILLRACE_KAFKA_TLS_PASSPHRASE: setting(text().optional(), {
      description: 'Passphrase of the private key.',
      secret: true,
    }),
    MILLRACE_KAFKA_SASL_MECHANISM: setting(
      oneOf(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
      { description: 'How to log in to the brokers.' },
    ),
    MILLRACE_KAFKA_SASL_USERNAME: setting(text().optional(), { description: 'Login name.' }),
    MILLRACE_KAFKA_SASL_PASSWORD: setting(text().optional(), {
      description: 'Password of the login.',
      secret: true,
    }),
    MILLRACE_KAFKA_CONNECTION_TIMEOUT_MS: setting(
      integer({ min: 100, max: 120_000 }).default(5_000),
      { description: 'Longest wait for a connection to a broker.', unit: 'ms' },
    ),
    MILLRACE_KAFKA_REQUEST_TIMEOUT_MS: setting(
      integer({ min: 100, max: 600_000 }).default(30_000),
      { description: 'Longest wait for the answer of a broker.', unit: 'ms' },
    ),
  },
  shape: (values, report) => ({
    topic: values.MILLRACE_KAFKA_TOPIC,
    /** As `kafkaSettings` of @millrace/kafka takes it. */
    connection: {
      brokers: values.MILLRACE_KAFKA_BROKERS,
      tls: tlsOf(values, report),
      ...present({ sasl: saslOf(values, report) }),
      connectionTimeoutMs: values.MILLRACE_KAFKA_CONNECTION_TIMEOUT_MS,
      requestTimeoutMs: values.MILLRACE_KAFKA_REQUEST_TIMEOUT_MS,
    },
  }),
})

/** What only a consumer of the topic needs. */
export const consumerGroup = settingGroup({
  title: 'Consumer group',
  variables: {
    MILLRACE_KAFKA_GROUP: setting(text({ maxLength: 255 }).default('millrace-indexer'), {
      description: 'Consumer group. Workers of one group share the partitions.',
    }),
    MILLRACE_KAFKA_FROM: setting(oneOf(['earliest', 'latest']).default('earliest'), {
      description: 'Where a group without committed offsets starts.',
    }),
    MILLRACE_KAFKA_SESSION_TIMEOUT_MS: setting(
      integer({ min: 6_000, max: 1_800_000 }).default(10_000),
      {
        description:
          "How long a worker may be silent before the group gives its partitions to others: so long they stand still after a crash. Within the brokers' group.min.session.timeout.ms and group.max.session.timeout.ms.",
        unit: 'ms',
      },
    ),
  },
  shape: (values) => ({
    group: values.MILLRACE_KAFKA_GROUP,
    from: values.MILLRACE_KAFKA_FROM,
    sessionTimeoutMs: values.MILLRACE_KAFKA_SESSION_TIMEOUT_MS,
    // A member learns of a rebalance by its next heartbeat, and those that know already stand still until then.
    heartbeatIntervalMs: 1_000,
  }),
})

interface TlsValues {
  MILLRACE_KAFKA_TLS: boolean | undefined
  MILLRACE_KAFKA_TLS_CA: string | undefined
  MILLRACE_KAFKA_TLS_CERT: string | undefined
  MILLRACE_KAFKA_TLS_KEY: string | undefined
  MILLRACE_KAFKA_TLS_PASSPHRASE: string | undefined
}

function tlsOf(values: TlsValues, report: ReportProblem) {
  if (values.MILLRACE_KAFKA_TLS === false) return false
  const parts = present({
    ca: values.MILLRACE_KAFKA_TLS_CA,
    cert: values.MILLRACE_KAFKA_TLS_CERT,
    key: values.MILLRACE_KAFKA_TLS_KEY,
    passphrase: values.MILLRACE_KAFKA_TLS_PASSPHRASE,
  })
  if (parts.cert !== undefined && parts.key === undefined) {
    report('MILLRACE_KAFKA_TLS_KEY', 'is not set; MILLRACE_KAFKA_TLS_CERT needs its private key.')
  }
  if (parts.key !== undefined && parts.cert === undefined) {
    report('MILLRACE_KAFKA_TLS_CERT', 'is not set; MILLRACE_KAFKA_TLS_KEY needs its certificate.')
  }
  checkTlsMaterial('MILLRACE_KAFKA_TLS', parts, report)
  if (Object.keys(parts).length > 0) return parts
  return values.MILLRACE_KAFKA_TLS ?? false
}

interface SaslValues {
  MILLRACE_KAFKA_SASL_MECHANISM: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined
  MILLRACE_KAFKA_SASL_USERNAME: string | undefined
  MILLRACE_KAFKA_SASL_PASSWORD: string | undefined
}

function saslOf(values: SaslValues, report: ReportProblem) {
  const mechanism = values.MILLRACE_KAFKA_SASL_MECHANISM
  const username = values.MILLRACE_KAFKA_SASL_USERNAME
  const password = values.MILLRACE_KAFKA_SASL_PASSWORD
  if (mechanism !== undefined && username !== undefined && password !== undefined) {
    return { mechanism, username, password }
  }
  const parts = { MECHANISM: mechanism, USERNAME: username, PASSWORD: password }
  const isAbsent = Object.values(parts).every((value) => value === undefined)
  for (const [part, value] of Object.entries(parts)) {
    if (isAbsent || value !== undefined) continue
    const reason = 'is not set; SASL needs mechanism, user name and password together.'
    report(`MILLRACE_KAFKA_SASL_${part}`, reason)
  }
  return undefined
}

function pem() {
  return text({
    pattern: /-----BEGIN [A-Z0-9 ]+-----/,
    maxLength: 1_000_000,
    accepts: 'PEM text, with its lines -----BEGIN …----- and -----END …-----',
  })
}
