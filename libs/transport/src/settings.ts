// What the transport is told: the options that a person writes, with their limits and defaults.
import zlib from 'node:zlib'
import { compressions, kafkaSettings, saslSettings } from '@millrace/kafka'
import { defaultSpoolDirectory } from '@millrace/spool'
import { z } from 'zod'
import { redactSettings } from './redact/settings.ts'

/** Longest close that a pino target may take: thread-stream gives up after 10 s and blocks until then. */
export const targetCloseTimeoutMaxMs = 9_000

function wholeNumber(unit: 'ms' | 'bytes', minimum: number, maximum: number) {
  const error = `must be a whole number of ${unit} from ${minimum} to ${maximum}`
  return z.int({ error }).min(minimum, { error }).max(maximum, { error })
}

function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error })
}

const dataStreamPart = /^[a-z0-9_][a-z0-9_.]{0,99}$/
const dataStreamPartRule =
  'must be 1 to 100 lower-case letters, digits, points and underscores (no hyphen), starting with no point'
const factRule = 'must be text of 1 to 256 characters'
const fact = z.string({ error: factRule }).min(1, factRule).max(256, factRule).optional()
const serviceRule = 'must be an object of name, version, environment and node'

/** `overflow`: lines go to disk when memory fills up, Kafka stands still, or the process ends. `always`: each line goes to disk first. */
export const spoolDurabilities = ['overflow', 'always'] as const

const spoolDefaults = () => ({ directory: defaultSpoolDirectory(), maxBytes: 1_073_741_824 })
const spoolRule = 'must be an object of directory and maxBytes, or false'
const spoolDirectoryRule = 'must be the path of a directory'
const spoolSettings = z.strictObject(
  {
    directory: z
      .string({ error: spoolDirectoryRule })
      .min(1, spoolDirectoryRule)
      .default(defaultSpoolDirectory),
    maxBytes: wholeNumber('bytes', 16_777_216, 1_099_511_627_776).default(1_073_741_824),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? spoolRule : undefined) },
)

const options = z.strictObject({
  brokers: kafkaSettings.shape.brokers,
  topic: text(
    /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/,
    'must be 1 to 249 letters, digits, points, underscores and hyphens',
  ),
  service: z
    .strictObject(
      { name: fact, version: fact, environment: fact, node: fact },
      { error: (issue) => (issue.code === 'invalid_type' ? serviceRule : undefined) },
    )
    .default({}),
  dataset: text(dataStreamPart, dataStreamPartRule),
  namespace: text(dataStreamPart, dataStreamPartRule),
  format: text(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    'must be the name of a format in lower case, for example pino',
  ).optional(),
  tls: kafkaSettings.shape.tls.unwrap(),
  sasl: saslSettings.optional(),
  lingerMs: wholeNumber('ms', 0, 10_000).default(20),
  batchBytes: wholeNumber('bytes', 1_000, 1_000_000).default(524_288),
  compression: z
    .enum(compressions, { error: `must be one of ${compressions.join(', ')}` })
    .refine((name) => name !== 'zstd' || 'zstdCompress' in zlib, {
      error: 'must be another one than zstd on this Node: its zlib has zstd from 22.15 on',
    })
    .default('gzip'),
  memoryMaxBytes: wholeNumber('bytes', 4_194_304, 4_294_967_296).default(67_108_864),
  spool: z.union([z.literal(false), spoolSettings], { error: spoolRule }).default(spoolDefaults),
  durability: z
    .enum(spoolDurabilities, { error: `must be one of ${spoolDurabilities.join(', ')}` })
    .default('overflow'),
  redact: redactSettings,
  closeTimeoutMs: wholeNumber('ms', 0, 600_000).default(8_000),
})

const dropListener = z.custom<DropListener>((value) => typeof value === 'function', {
  error: 'must be a function',
})

/** Schema of the in-process stream. */
export const streamSchema = options.extend({ onDrop: dropListener.optional() })

/** Schema of the pino target: no function can cross into a worker, and pino waits 10 s at most. */
export const targetSchema = options.extend({
  format: options.shape.format.default('pino'),
  closeTimeoutMs: wholeNumber('ms', 0, targetCloseTimeoutMaxMs).default(8_000),
})

export type Settings = z.output<typeof streamSchema>

/** Why lines were given up. */
export const dropReasons = [
  /** The memory bound was reached, and there was no spool, or it was too slow. */
  'memory-full',
  /** The spool's bound was reached. */
  'spool-full',
  /** The disk failed, and memory was full. */
  'spool-failed',
  /** Neither in Kafka nor on disk when the transport closed, or written after it had closed. */
  'closed',
  /** Not even the shortest cut of the line fits the topic. */
  'too-large',
  /** The broker refused this very record for good. */
  'rejected',
  /** What was written was neither text nor bytes. */
  'unreadable',
] as const
export type DropReason = (typeof dropReasons)[number]

/** Told after lines were given up; what it throws is ignored. */
export type DropListener = (drop: { reason: DropReason; count: number }) => void

/** Options of `createMillraceStream`; the README has the table with defaults, limits and environment variables. */
export interface StreamOptions extends TargetOptions {
  /** Called after lines were given up, with the reason and their count. */
  onDrop?: DropListener | undefined
}

/** Options of the pino target. All are optional; absent ones are taken from the environment, then from the defaults. */
export interface TargetOptions {
  /** First contacts of the Kafka cluster, `host:port` each. Default: `['127.0.0.1:9092']`. */
  brokers?: string[] | undefined
  /** Topic that takes the lines. Default: `logs`. */
  topic?: string | undefined
  /** ECS `service.*` of every line. Default: what the environment says, else what the line itself says. */
  service?:
    | {
        name?: string | undefined
        version?: string | undefined
        environment?: string | undefined
        node?: string | undefined
      }
    | undefined
  /** Second part of the data stream `logs-<dataset>-<namespace>`. Default: `app`. */
  dataset?: string | undefined
  /** Third part of the data stream. Default: `default`. */
  namespace?: string | undefined
  /** How the lines are written. Default: `pino` for the pino target; found out by the indexer for the stream. */
  format?: string | undefined
  /** True for TLS with the system's authorities, or PEM texts. Default: false. */
  tls?:
    | boolean
    | {
        ca?: string
        cert?: string
        key?: string
        passphrase?: string
        servername?: string
        rejectUnauthorized?: boolean
      }
    | undefined
  /** Who we are for the brokers. Default: nobody. */
  sasl?:
    | {
        mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
        username: string
        password: string
      }
    | undefined
  /** Longest wait for a fuller batch. Unit: ms, 0 to 10000. Default: 20. */
  lingerMs?: number | undefined
  /** Largest batch before compression, keys and headers counted. Unit: bytes, 1000 to 1000000. Default: 524288. */
  batchBytes?: number | undefined
  /** Default: `gzip`. */
  compression?: (typeof compressions)[number] | undefined
  /** Most memory for lines that wait or are in flight; past half of it lines go to the spool; what the spool does not take is dropped past all of it, oldest first, errors last. Unit: bytes. Default: 67108864. */
  memoryMaxBytes?: number | undefined
  /** Where lines go when they can neither be published nor kept in memory; false for nowhere. Default: a directory of this user below the system's temporary one, at most 1073741824 bytes. */
  spool?: { directory?: string | undefined; maxBytes?: number | undefined } | false | undefined
  /** `overflow`: to disk when memory fills up, Kafka stands still, or the process ends. `always`: each line first to disk, so that not even SIGKILL loses more than the last moments. Default: `overflow`. */
  durability?: (typeof spoolDurabilities)[number] | undefined
  /** What must not leave the process: `keys` beside the default names, `patterns` that values look like; false for nothing. Default: the default names. */
  redact?:
    | {
        keys?: string[] | undefined
        patterns?:
          | (
              | 'bearer'
              | 'card'
              | 'email'
              | 'jwt'
              | { pattern: string; flags?: string | undefined }
            )[]
          | undefined
      }
    | false
    | undefined
  /** Longest that `flush` and the end may take. Unit: ms, 0 to 9000 for the target, to 600000 for the stream. Default: 8000. */
  closeTimeoutMs?: number | undefined
}
