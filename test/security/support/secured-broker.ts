// A real broker with TLS and SASL: one for all cases of a test file.
import { systemRandom } from '@millrace/foundation'
import { freePort, type LocalStack, startLocalStack } from '@millrace/local-stack'
import { type Authority, type Certificate } from './certificates.ts'

/** One user with one password for each way to log in, so that a mix-up shows. */
export const users = {
  plain: { username: 'ann', password: 'canary-plain-4711' },
  'scram-sha-256': { username: 'ben', password: 'canary-sha256-4712' },
  'scram-sha-512': { username: 'cleo', password: 'canary-sha512-4713' },
} as const
export type Mechanism = keyof typeof users

/** Users of programs, by scram-sha-512, who may do only what they are granted; those above may do everything. */
export const programUsers = {
  setup: 'canary-setup-4714',
  transport: 'canary-transport-4715',
  indexer: 'canary-indexer-4716',
  auditor: 'canary-auditor-4717',
} as const

export interface SecuredBroker {
  /** `host:port` of each listener. */
  plain: string
  /** TLS for 127.0.0.1 alone, and all three mechanisms. */
  secure: string
  /** As `secure`, by the name that its certificate does not have. */
  otherName: string
  /** TLS with a certificate that has expired, and no SASL. */
  expired: string
  /** Asks for a client certificate, and takes SCRAM-SHA-512 only. */
  mutual: string
  stack: LocalStack
}

export async function startSecuredBroker(
  authority: Authority,
  certificates: { good: Certificate; expired: Certificate },
): Promise<SecuredBroker> {
  const taken = new Set<number>()
  const secure = await freePort(taken, systemRandom)
  const expired = await freePort(taken, systemRandom)
  const mutual = await freePort(taken, systemRandom)
  const stack = await startLocalStack({
    elasticsearch: false,
    kafka: {
      secured: [
        { name: 'SECURE', port: secure, protocol: 'SASL_SSL' },
        { name: 'EXPIRED', port: expired, protocol: 'SSL' },
        { name: 'MUTUAL', port: mutual, protocol: 'SASL_SSL' },
      ],
      scramUsers: [
        scramUser('scram-sha-256'),
        scramUser('scram-sha-512'),
        ...Object.entries(programUsers).map(([name, password]) => ({
          name,
          password,
          mechanism: 'SCRAM-SHA-512' as const,
        })),
      ],
      extraProperties: {
        ...keyStore('secure', certificates.good),
        ...keyStore('expired', certificates.expired),
        ...keyStore('mutual', certificates.good),
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.mutual.ssl.truststore.type': 'PEM',
        'listener.name.mutual.ssl.truststore.location': authority.caFile,
        'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.mutual.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${users.plain.username}="${users.plain.password}";`,
        ...scramLogin('secure', 'scram-sha-256'),
        ...scramLogin('secure', 'scram-sha-512'),
        ...scramLogin('mutual', 'scram-sha-512'),
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': ['ANONYMOUS', ...Object.values(users).map(({ username }) => username)]
          .map((name) => `User:${name}`)
          .join(';'),
        // A session ends after 12 s (KIP-368); the client logs in again 10 s before, on the open connection.
        'connections.max.reauth.ms': '12000',
      },
    },
  })
  return {
    plain: stack.endpoints.kafka[0]!,
    secure: `127.0.0.1:${secure}`,
    otherName: `localhost:${secure}`,
    expired: `127.0.0.1:${expired}`,
    mutual: `127.0.0.1:${mutual}`,
    stack,
  }
}

function scramUser(mechanism: 'scram-sha-256' | 'scram-sha-512') {
  const { username: name, password } = users[mechanism]
  const mechanisms = { 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const
  return { name, password, mechanism: mechanisms[mechanism] }
}

function keyStore(listener: string, { bothFile }: Certificate): Record<string, string> {
  return {
    [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.keystore.location`]: bothFile,
  }
}

function scramLogin(listener: string, mechanism: Mechanism): Record<string, string> {
  return {
    [`listener.name.${listener}.${mechanism}.sasl.jaas.config`]:
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  }
}
