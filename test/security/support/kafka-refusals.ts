// Ways to be turned away by the secured broker, and what a person is to read of each.
import type { KafkaSettingsInput } from '@millrace/kafka'
import type { Authority, Certificate } from './certificates.ts'
import { type Mechanism, type SecuredBroker, users } from './secured-broker.ts'

export const passphrase = 'canary-passphrase'
export const wrongPassword = 'canary-wrong'

export interface World {
  broker: SecuredBroker
  /** Signed all certificates. */
  authority: Authority
  /** Signed none of them. */
  stranger: Authority
  /** With an encrypted key. */
  client: Certificate
}

function login(mechanism: Mechanism): NonNullable<KafkaSettingsInput['sasl']> {
  return { mechanism, ...users[mechanism] }
}

/** TLS to the listener that takes every mechanism. */
export function secure({ broker, authority }: World, mechanism: Mechanism): KafkaSettingsInput {
  return { brokers: [broker.secure], tls: { ca: authority.ca }, sasl: login(mechanism) }
}

/** TLS with a client certificate. */
export function mutual(
  { broker, authority, client }: World,
  mechanism: Mechanism,
): KafkaSettingsInput {
  const { cert, key } = client
  const tls = { ca: authority.ca, cert, key, passphrase }
  return { brokers: [broker.mutual], tls, sasl: login(mechanism) }
}

export interface Refusal {
  settings: (world: World) => KafkaSettingsInput
  /** As `context.reason` of the error says it. */
  reason: 'tls' | 'authentication' | 'unreachable'
  /** In the sentence. */
  words: string
}

const withWrongPassword = (world: World, mechanism: Mechanism): KafkaSettingsInput => ({
  ...secure(world, mechanism),
  sasl: { ...login(mechanism), password: wrongPassword },
})

const tlsRefusals: Record<string, Refusal> = {
  'an authority that did not sign it': {
    settings: (world) => ({ ...secure(world, 'plain'), tls: { ca: world.stranger.ca } }),
    reason: 'tls',
    words: 'MILLRACE_KAFKA_TLS_CA_FILE',
  },
  'no authority but those of the system': {
    settings: (world) => ({ ...secure(world, 'plain'), tls: true }),
    reason: 'tls',
    words: 'MILLRACE_KAFKA_TLS_CA_FILE',
  },
  'a certificate that has expired': {
    settings: (world) => ({ brokers: [world.broker.expired], tls: { ca: world.authority.ca } }),
    reason: 'tls',
    words: 'its certificate has expired',
  },
  'a certificate for another name': {
    settings: (world) => ({ ...secure(world, 'plain'), brokers: [world.broker.otherName] }),
    reason: 'tls',
    words: 'its certificate is for other names',
  },
  'no client certificate where one is wanted': {
    settings: (world) => ({ ...mutual(world, 'scram-sha-512'), tls: { ca: world.authority.ca } }),
    reason: 'tls',
    words: 'MILLRACE_KAFKA_TLS_CERT_FILE',
  },
  'the wrong passphrase of the key': {
    settings: (world) => {
      const { cert, key } = world.client
      return { ...mutual(world, 'scram-sha-512'), tls: { cert, key, passphrase: wrongPassword } }
    },
    reason: 'tls',
    words: '_PASSPHRASE_FILE',
  },
}

const loginRefusals: Record<string, Refusal> = {
  'the wrong password of plain': {
    settings: (world) => withWrongPassword(world, 'plain'),
    reason: 'authentication',
    words: 'refused the login of ann by plain',
  },
  'the wrong password of scram-sha-256': {
    settings: (world) => withWrongPassword(world, 'scram-sha-256'),
    reason: 'authentication',
    words: 'refused the login of ben by scram-sha-256',
  },
  'the wrong password of scram-sha-512': {
    settings: (world) => withWrongPassword(world, 'scram-sha-512'),
    reason: 'authentication',
    words: 'refused the login of cleo by scram-sha-512',
  },
  'a mechanism that the user has no password for': {
    settings: (world) => ({
      ...secure(world, 'scram-sha-512'),
      sasl: { ...login('scram-sha-512'), mechanism: 'scram-sha-256' },
    }),
    reason: 'authentication',
    words: 'MILLRACE_KAFKA_SASL_PASSWORD',
  },
  'a mechanism that the listener does not take': {
    settings: (world) => mutual(world, 'plain'),
    reason: 'authentication',
    words: 'MILLRACE_KAFKA_SASL_MECHANISM',
  },
  'a login where none is taken': {
    settings: (world) => ({ brokers: [world.broker.plain], sasl: login('plain') }),
    reason: 'authentication',
    words: 'its listener takes none',
  },
}

const silentRefusals: Record<string, Refusal> = {
  'no login where one is wanted': {
    settings: (world) => ({ brokers: [world.broker.secure], tls: { ca: world.authority.ca } }),
    reason: 'unreachable',
    words: 'MILLRACE_KAFKA_SASL_MECHANISM',
  },
  'no TLS where it is wanted': {
    settings: (world) => ({ brokers: [world.broker.secure], sasl: login('plain') }),
    reason: 'unreachable',
    words: 'MILLRACE_KAFKA_TLS=true',
  },
  'TLS where it is not spoken': {
    settings: (world) => ({ brokers: [world.broker.plain], tls: { ca: world.authority.ca } }),
    reason: 'unreachable',
    words: 'A listener without TLS',
  },
}

export const refusals = { ...tlsRefusals, ...loginRefusals, ...silentRefusals }
