// The way to the brokers: one client cluster, used within deadlines and replaced when it is stuck.
import type net from 'node:net'
import { createSecureContext, type ConnectionOptions } from 'node:tls'
import { type Clock, errorText, type Random, systemClock, systemRandom } from '@millrace/foundation'
import ClusterClass from 'kafkajs/src/cluster/index.js'
import loggersModule from 'kafkajs/src/loggers/index.js'
import { lenientMetadata, mendBroker, mendKafkajs, socketFactory } from './kafkajs-seams.ts'
import type { KafkaBroker, KafkaCluster } from './kafkajs-types.ts'
import type { KafkaSettings } from './settings.ts'

/** One line that the Kafka client has to say. Nothing is printed unless `onLog` is given. */
export interface KafkaLogEntry {
  level: 'error' | 'warn' | 'info' | 'debug'
  /** The part of the client that speaks, for example `Connection`. */
  namespace: string
  message: string
  details: Readonly<Record<string, unknown>>
}

export interface ClusterOptions {
  /** Hears what the client would log; default: nobody. */
  onLog?: ((entry: KafkaLogEntry) => void) | undefined
  clock?: Clock | undefined
  random?: Random | undefined
  /** False: an open connection does not keep the process from ending. Default: true. */
  keepsProcessAlive?: boolean | undefined
}

/** The call took longer than it may. */
export class DeadlineError extends Error {
  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${Math.round(timeoutMs)} ms`)
    this.name = 'DeadlineError'
  }
}

/** The link was closed while the call was under way. */
export class LinkClosedError extends Error {
  constructor() {
    super('the connection was closed by this process')
    this.name = 'LinkClosedError'
  }
}

/** A certificate or key of the settings can't be used, so that nothing can be connected. */
export class TlsMaterialError extends Error {
  constructor(reason: string) {
    super(
      `a certificate or key of its settings can't be used (${reason}). tls.ca, tls.cert, tls.key and tls.passphrase (MILLRACE_KAFKA_TLS_CA_FILE, _CERT_FILE, _KEY_FILE, _PASSPHRASE_FILE) must be PEM texts that fit together`,
    )
    this.name = 'TlsMaterialError'
  }
}

/** Another call on the same connections missed its deadline, and took them down. */
export class ConnectionsReplacedError extends Error {
  constructor() {
    super('the connections were closed because a broker had stopped answering')
    this.name = 'ConnectionsReplacedError'
  }
}

interface Opened {
  cluster: KafkaCluster
  sockets: Set<net.Socket>
  isDiscarded: boolean
}

/**
 * Holds at most one client cluster. Whoever uses it names a deadline; a cluster that misses one is destroyed
 * with all its sockets, and the next use starts afresh at another of the configured brokers. So nothing that
 * hangs inside the client can hang the caller.
 */
export class ClusterLink {
  readonly settings: KafkaSettings
  readonly clock: Clock
  readonly #random: Random
  readonly #onLog: ((entry: KafkaLogEntry) => void) | undefined
  readonly #keepsProcessAlive: boolean
  readonly #inUse = new Set<(failure: Error) => void>()
  #opened: Opened | undefined
  #nextSeed: number
  #isClosed = false

  constructor(settings: KafkaSettings, options: ClusterOptions = {}) {
    this.settings = settings
    this.clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#onLog = options.onLog
    this.#keepsProcessAlive = options.keepsProcessAlive ?? true
    this.#nextSeed = Math.floor(this.#random.next() * settings.brokers.length)
    mendKafkajs()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Longest time that connecting to one broker and asking it one thing may take. Unit: ms. */
  get callTimeoutMs(): number {
    return this.settings.connectionTimeoutMs + this.settings.requestTimeoutMs
  }

  /**
   * Runs `operation` on a connected cluster.
   * @throws DeadlineError after `timeoutMs`; the cluster is then replaced. LinkClosedError after `close`.
   */
  async use<T>(
    what: string,
    timeoutMs: number,
    operation: (cluster: KafkaCluster) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) throw new LinkClosedError()
    const opened = (this.#opened ??= this.#open())
    let stop = ignoreFailure
    const stopped = new Promise<never>((_, reject) => {
      stop = reject
    })
    this.#inUse.add(stop)
    const timer = this.clock.setTimer(timeoutMs, () => {
      stop(new DeadlineError(what, timeoutMs))
      this.#discard(opened)
    })
    const run = async (): Promise<T> => {
      if (!opened.cluster.isConnected()) await opened.cluster.connect()
      return operation(opened.cluster)
    }
    const running = run()
    // When the deadline wins the race, the operation fails later with nobody listening.
    running.catch(() => {})
    stopped.catch(() => {})
    try {
      return await Promise.race([running, stopped])
    } finally {
      timer.cancel()
      this.#inUse.delete(stop)
    }
  }

  /** Destroys the connections; the next use opens new ones. */
  reset(): void {
    if (this.#opened !== undefined) this.#discard(this.#opened)
  }

  /** Ends every use at once. Safe to call twice. */
  close(): void {
    this.#isClosed = true
    for (const reject of this.#inUse) reject(new LinkClosedError())
    this.reset()
  }

  #open(): Opened {
    const sockets = new Set<net.Socket>()
    const { settings } = this
    const createSocket = socketFactory((socket) => {
      if (!this.#keepsProcessAlive) socket.unref()
      // The client may still be about to reconnect when its cluster is given up.
      if (opened.isDiscarded) socket.destroy()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    const Cluster = ClusterClass as new (options: object) => KafkaCluster
    const cluster = new Cluster({
      logger: this.#logger(),
      socketFactory: createSocket,
      brokers: settings.brokers,
      ssl: tlsOptions(settings),
      // The client puts a member of its own into it.
      sasl: settings.sasl && { ...settings.sasl },
      clientId: settings.clientId,
      connectionTimeout: settings.connectionTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      enforceRequestTimeout: true,
      authenticationTimeout: settings.connectionTimeoutMs,
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      // A few quick rounds over the configured brokers; waiting longer is the caller's business.
      retry: {
        retries: Math.max(2, settings.brokers.length),
        initialRetryTime: 100,
        maxRetryTime: 1_000,
        factor: 0.2,
        multiplier: 2,
      },
    })
    this.#mendCluster(cluster)
    const opened: Opened = { cluster, sockets, isDiscarded: false }
    return opened
  }

  #mendCluster(cluster: KafkaCluster): void {
    const { brokerPool } = cluster
    const createBroker = brokerPool.createBroker
    brokerPool.createBroker = (options): KafkaBroker => {
      const broker = createBroker(options)
      broker.metadata = (topics) => lenientMetadata(broker, topics)
      mendBroker(broker)
      return broker
    }
    // The client splits `host:port` at every colon, which breaks IPv6, and always starts at the first broker,
    // which is where the whole fleet would then ask.
    const builder = brokerPool.connectionPoolBuilder
    const build = builder.build
    builder.build = (destination) =>
      build(destination?.host === undefined ? this.#takeSeed() : destination)
  }

  #takeSeed(): { host: string; port: number } {
    const { brokers } = this.settings
    const broker = brokers[this.#nextSeed++ % brokers.length]!
    const colon = broker.lastIndexOf(':')
    const host = broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    return { host, port: Number(broker.slice(colon + 1)) }
  }

  #discard(opened: Opened): void {
    if (this.#opened === opened) this.#opened = undefined
    opened.isDiscarded = true
    const { brokerPool } = opened.cluster
    const brokers = new Set(Object.values(brokerPool.brokers))
    if (brokerPool.seedBroker !== undefined) brokers.add(brokerPool.seedBroker)
    for (const { connectionPool } of brokers) {
      for (const connection of connectionPool.pool) {
        connection.requestQueue.rejectAll(new ConnectionsReplacedError())
        connection.requestQueue.destroy()
        connection.connectionStatus = 'disconnected'
      }
    }
    for (const socket of opened.sockets) socket.destroy()
  }

  #logger(): unknown {
    const { createLogger, LEVELS } = loggersModule as {
      createLogger: (options: object) => unknown
      LEVELS: { NOTHING: number; DEBUG: number }
    }
    const onLog = this.#onLog
    const logCreator = () => (entry: ClientLogEntry) => {
      const { message, timestamp: _, logger: __, ...details } = entry.log
      const level = entry.label.toLowerCase() as KafkaLogEntry['level']
      onLog?.({ level, namespace: entry.namespace, message, details })
    }
    return createLogger({ level: onLog === undefined ? LEVELS.NOTHING : LEVELS.DEBUG, logCreator })
  }
}

function ignoreFailure(_failure: Error): void {}

interface ClientLogEntry {
  namespace: string
  label: string
  log: { message: string; timestamp: string; logger: string }
}

/** How long what is known of topics and leaders is believed without an error that says otherwise. */
const metadataMaxAgeMs = 60_000

/** Certificates and keys are read once and not with each connection. @throws TlsMaterialError */
function tlsOptions({ tls }: KafkaSettings): ConnectionOptions | null {
  if (tls === false) return null
  if (tls === true) return {}
  const { servername, rejectUnauthorized, ...material } = tls
  const options = Object.entries({ servername, rejectUnauthorized })
  const present = Object.fromEntries(options.filter(([, value]) => value !== undefined))
  try {
    return { ...present, secureContext: createSecureContext(material) }
  } catch (error) {
    throw new TlsMaterialError(errorText(error))
  }
}
