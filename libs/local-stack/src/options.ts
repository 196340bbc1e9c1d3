// What may be asked of the stack, and what it answers.
import type { Clock, Random } from '@millrace/foundation'

export interface LocalStackOptions {
  /** Data, logs and configuration live here. Default: a fresh temporary folder, removed by `stop()`. */
  directory?: string
  /** Deletes what the directory holds, once no server uses it and every port is free. Default: false. */
  fresh?: boolean
  /** `false`: no Kafka. Default: one broker on any free port. */
  kafka?: KafkaOptions | false
  /** `false`: no Elasticsearch. Default: one node on any free port. */
  elasticsearch?: ElasticsearchOptions | false
  /** Called with one short line per step, for a person who waits. */
  onProgress?: (text: string) => void
  /** Ends the start; what was started by then is stopped. Has no effect afterwards. */
  signal?: AbortSignal
  /** Bound of each server's start. Unit: ms. Default: 120000. */
  readyTimeoutMs?: number
  /** Bound of each server's graceful stop; past it the server is killed. Unit: ms. Default: 15000. */
  stopTimeoutMs?: number
  /** Where the jars are kept between runs. Default: `.millrace/servers` at the repository's root. */
  serversDirectory?: string
  /** `JAVA_HOME`, `PATH` and `LOCAL_STACK_JAVA_OPTIONS` are read from here. Default: this process's environment. */
  environment?: Environment
  clock?: Clock
  random?: Random
}

export interface KafkaOptions {
  /** 1, or 3 that are brokers and a controller quorum at once. Default: 1. */
  brokers?: 1 | 3
  /** One port per broker; 0, and each one that is absent, is any free port. Kept over restarts. */
  ports?: readonly number[]
  /**
   * A second listener per broker, for clients behind a proxy: a broker tells those who come by it the
   * advertised port, where something of the caller's forwards to its own. One entry per broker. Default: none.
   */
  proxied?: readonly { port: number; advertisedPort: number }[]
  /**
   * Further listeners of a single broker, on 127.0.0.1, for clients that come with TLS, SASL or both. Their keys and
   * mechanisms are properties of Kafka's, each under `listener.name.<name in lower case>.` in `extraProperties`. The
   * plain listener stays, for the brokers themselves and for the stack. Default: none.
   */
  secured?: readonly SecuredListener[]
  /** Users of SCRAM that the cluster knows from its first start. Default: none. */
  scramUsers?: readonly ScramUser[]
  /** Kafka's own server properties, for every broker; they win over ours. */
  extraProperties?: Readonly<Record<string, string>>
}

export interface SecuredListener {
  /** Capitals, as Kafka writes listeners: `SECURE`. */
  name: string
  port: number
  protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
}

export interface ScramUser {
  name: string
  password: string
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
}

export interface ElasticsearchOptions {
  /** HTTP port; 0 is any free port. Default: 0. Kept over restarts. */
  port?: number
  /**
   * Whether the node takes the query `kql`. Its module (Elastic License 2.0) is fetched by Maven for those who ask for
   * it, for tests only. Default: false; in containers always true.
   */
  kql?: boolean
  /** Elasticsearch's own settings; they win over ours. */
  extraSettings?: Readonly<Record<string, string>>
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface StackEndpoints {
  /** `host:port` of every broker; empty when Kafka was not asked for. */
  kafka: string[]
  /** Base URL; empty when Elasticsearch was not asked for. */
  elasticsearch: string
}

/**
 * Servers that run. `name` is one of `nodes`: `kafka-1`, `kafka-2`, `kafka-3`, `elasticsearch`.
 * Every method throws `LocalStackError`; an unknown name is `MILLRACE_STACK_NO_SERVER`.
 */
export interface LocalStack {
  readonly endpoints: StackEndpoints
  readonly nodes: readonly string[]
  /** Starts on the same port and data and waits until ready. Does nothing when it runs already. */
  start(name: string): Promise<void>
  /** Stops one server gracefully, or without a name the whole stack. Safe to call again. */
  stop(name?: string): Promise<void>
  /** `stop(name)`, then `start(name)`. */
  restart(name: string): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(name: string): Promise<void>
  /** SIGSTOP: the server holds its connections and answers nothing. */
  pause(name: string): void
  /** SIGCONT. */
  resume(name: string): void
  /** The process, or undefined while the server does not run. */
  pid(name: string): number | undefined
  /** Path of the server's log file. */
  log(name: string): string
}
