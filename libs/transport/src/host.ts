// The edge: what the transport takes from the process that hosts it, and nowhere else.
import { readFileSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { type Clock, type Random, systemClock, systemRandom } from '@millrace/foundation'
import { createProducer, kafkaSettings, type Producer } from '@millrace/kafka'
import type { Environment } from './environment.ts'
import { ProcessEnd } from './process-end.ts'
import type { Settings } from './settings.ts'
import { type SpoolAccess, systemSpool } from './spool-access.ts'

export interface Host {
  env: Environment
  hostname: string
  clock: Clock
  random: Random
  processEnd: ProcessEnd
  readFile: (path: string) => string
  /** One line for a person. */
  note: (line: string) => void
  createProducer: (settings: Settings) => Producer
  spool: SpoolAccess
}

/** Timers that do not keep the process from ending: what waits is flushed then, within its own deadline. */
const unheldClock: Clock = {
  ...systemClock,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs, callback, { unref: true }),
  sleep: (delayMs) =>
    new Promise((resolve) => {
      systemClock.setTimer(delayMs, resolve, { unref: true })
    }),
}

export const systemHost: Host = {
  get env() {
    return process.env
  },
  get hostname() {
    return hostname()
  },
  clock: systemClock,
  random: systemRandom,
  processEnd: new ProcessEnd(process),
  readFile: (path) => readFileSync(path, 'utf8'),
  note(line) {
    try {
      // Straight to the descriptor: a worker's process.stderr needs the main thread, which blocks at exit.
      writeSync(2, `${line}\n`)
    } catch {
      // Standard error is closed or full: nobody listens.
    }
  },
  spool: systemSpool,
  createProducer: ({ brokers, tls, sasl }) =>
    createProducer(kafkaSettings.parse({ brokers, tls, sasl, clientId: 'millrace-transport' }), {
      clock: unheldClock,
      random: systemRandom,
      keepsProcessAlive: false,
      // What may be there twice is marked when it is sent again.
      retriesUnanswered: false,
    }),
}
