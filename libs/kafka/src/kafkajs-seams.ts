// The Kafka client's seams: what of kafkajs 2.2.4 is used from inside, and what is mended in it.
import net from 'node:net'
import tls from 'node:tls'
import { type Clock, systemClock, type Timer } from '@millrace/foundation'
import kafkajs from 'kafkajs'
import assignerProtocol from 'kafkajs/src/consumer/assignerProtocol.js'
import ConnectionClass from 'kafkajs/src/network/connection.js'
import requestsModule from 'kafkajs/src/protocol/requests/index.js'
import RequestQueueClass from 'kafkajs/src/network/requestQueue/index.js'
import type { KafkaBroker, KafkaMetadata } from './kafkajs-types.ts'
import { connectReusing, mendReceiving, type ReceivingConnection } from './receiving.ts'

interface PendingQueue {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: object | null
  checkPendingRequests: (this: PendingQueue) => void
  createSocketRequest: (this: PendingQueue, pushed: PushedRequest) => { requestTimeout: number }
  destroy: (this: PendingQueue) => void
  scheduleRequestTimeoutCheck: (this: PendingQueue) => void
  requestTimeoutIntervalId?: NodeJS.Timeout
}

interface PushedRequest {
  entry: { apiKey: number }
  requestTimeout?: number | null
}

interface AuthConnection {
  requestTimeout: number
  authFailure?: unknown
  authHandlers: { onError(): void } | null
  socket?: net.Socket
  connect: (this: AuthConnection) => Promise<unknown>
  disconnect: (this: AuthConnection) => Promise<unknown>
  sendAuthRequest: (this: AuthConnection, request: object) => Promise<unknown>
  authenticate: (this: AuthConnection) => Promise<void>
  send: (this: AuthConnection, request: object) => Promise<unknown>
}

const apiVersionsKey = 18
const metadataKey = 3
/** How soon a queue that waits only for free slots looks again. Unit: ms. */
const pendingCheckIntervalMs = 10

/** The record of request definitions by name, with the number that goes on the wire. */
export const kafkaRequests = (requestsModule as { requests: Record<string, unknown> }).requests

export const { MemberAssignment, MemberMetadata } = assignerProtocol as {
  MemberMetadata: {
    encode(metadata: { version: number; topics: string[] }): Buffer
  }
  MemberAssignment: {
    encode(assignment: {
      version: number
      assignment: Record<string, number[]>
      userData: Buffer
    }): Buffer
    decode(bytes: Buffer): { assignment: Record<string, number[]>; userData: Buffer | null } | null
  }
}

let isMended = false

/** Mends the client once per process; every door of this package calls it first. */
export function mendKafkajs(clock: Clock = systemClock): void {
  if (isMended) return
  isMended = true
  mendRequestQueue((RequestQueueClass as { prototype: PendingQueue }).prototype, clock)
  mendConnecting((ConnectionClass as { prototype: AuthConnection }).prototype)
  mendAuthentication((ConnectionClass as { prototype: AuthConnection }).prototype, clock)
  mendReceiving((ConnectionClass as { prototype: ReceivingConnection }).prototype)
}

/**
 * 1. `scheduleCheckPendingRequests` sets a timer even when nothing is pending, for `throttledUntil - now`,
 *    which is far below zero when the broker never throttled: Node 24 warns of it, and every Node makes it
 *    1 ms, over and over, for as long as a connection lives (kafkajs 1751). Mended: no timer without a
 *    pending request, never a negative one.
 * 2. `createSocketRequest` raises every limit to `requestTimeout`, so that a broker which accepts a connection
 *    and never answers costs 30 s before the next broker is tried. Mended: the handshake keeps its own limit,
 *    which is the connection timeout.
 * 3. The interval that looks for late answers keeps the process from ending even when the sockets would not.
 *    Mended: the sockets alone decide.
 */
function mendRequestQueue(queue: PendingQueue, clock: Clock): void {
  const createSocketRequest = queue.createSocketRequest
  queue.createSocketRequest = function (pushed) {
    const request = createSocketRequest.call(this, pushed)
    if (pushed.entry.apiKey === apiVersionsKey && pushed.requestTimeout != null) {
      request.requestTimeout = pushed.requestTimeout
    }
    return request
  }
  const scheduled = new WeakMap<PendingQueue, Timer>()
  Object.assign(queue, {
    scheduleCheckPendingRequests(this: PendingQueue) {
      if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
      const throttledMs = this.throttledUntil - clock.now()
      const timer = clock.setTimer(throttledMs > 0 ? throttledMs : pendingCheckIntervalMs, () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      })
      scheduled.set(this, timer)
      this.throttleCheckTimeoutId = timer
    },
  })
  const scheduleRequestTimeoutCheck = queue.scheduleRequestTimeoutCheck
  queue.scheduleRequestTimeoutCheck = function () {
    scheduleRequestTimeoutCheck.call(this)
    this.requestTimeoutIntervalId?.unref()
  }
  const destroy = queue.destroy
  queue.destroy = function () {
    scheduled.get(this)?.cancel()
    // The client would pass our timer to clearTimeout, which ignores what it does not know.
    this.throttleCheckTimeoutId = null
    destroy.call(this)
  }
}

/**
 * 1. Two requests that find the connection closed both open it: the client keeps the second socket, and the
 *    end of the forgotten one, minutes later, ends the requests of the other. Mended: one opening at a time.
 * 2. Each further `disconnect` of a connection whose socket is gone adds a listener to that socket, until Node
 *    warns of a leak. Mended: a socket that is gone is forgotten.
 */
function mendConnecting(connection: AuthConnection): void {
  const opening = new WeakMap<AuthConnection, Promise<unknown>>()
  const { connect } = connection
  connection.connect = function () {
    const current = opening.get(this)
    if (current !== undefined) return current
    const started = connect.call(this).finally(() => opening.delete(this))
    opening.set(this, started)
    return started
  }
  const { disconnect } = connection
  connection.disconnect = function () {
    if (this.socket?.destroyed === true) delete this.socket
    return disconnect.call(this)
  }
}

/**
 * 1. A SASL request has no time limit: a broker that stops answering there stops the client for good.
 *    Mended: the connection is destroyed after `requestTimeout`.
 * 2. A connection that is lost during authentication is reported as wrong credentials, which nobody should
 *    retry; a restarting broker does that to every client. Mended: the lost connection is what is reported.
 */
function mendAuthentication(connection: AuthConnection, clock: Clock): void {
  const { sendAuthRequest, authenticate, send } = connection
  connection.sendAuthRequest = async function (request) {
    const timer = clock.setTimer(this.requestTimeout, () => {
      this.authHandlers?.onError()
      this.socket?.destroy()
    })
    try {
      return await sendAuthRequest.call(this, request)
    } catch (failure) {
      this.authFailure = failure
      throw failure
    } finally {
      timer.cancel()
    }
  }
  const unmasked = async <T>(self: AuthConnection, call: () => Promise<T>): Promise<T> => {
    self.authFailure = undefined
    try {
      return await call()
    } catch (failure) {
      const cause = self.authFailure
      if (nameOf(failure) === 'KafkaJSSASLAuthenticationError' && isConnectionFailure(cause)) {
        throw cause
      }
      throw failure
    }
  }
  connection.authenticate = function () {
    return unmasked(this, () => authenticate.call(this))
  }
  connection.send = function (request) {
    return unmasked(this, () => send.call(this, request))
  }
}

/**
 * The client's own metadata answer fails as a whole when one partition has no leader or one topic is unknown.
 * Here each topic and partition keeps its own error code, so that one of them cannot stop the others.
 */
export function lenientMetadata(
  broker: KafkaBroker,
  topics: readonly string[],
): Promise<KafkaMetadata> {
  const build = broker.lookupRequest(metadataKey, kafkaRequests['Metadata'])
  const { request, response } = build({ topics, allowAutoTopicCreation: false })
  return broker.connectionPool.send({
    request,
    response: { decode: response.decode, parse: asItIs },
  }) as Promise<KafkaMetadata>
}

function asItIs(decoded: KafkaMetadata): Promise<KafkaMetadata> {
  return Promise.resolve(decoded)
}

/**
 * A broker counts as connected once its socket is open, although nothing can be asked of it before the handshake
 * is done: whoever comes in between fails. And when the handshake gets no answer, the client tries the same broker
 * again instead of the next one. Mended: connected is who has shaken hands, and a silent broker is unreachable.
 */
export function mendBroker(broker: KafkaBroker): void {
  const { connect, isConnected } = broker
  let hasShakenHands = false
  broker.isConnected = () => hasShakenHands && isConnected.call(broker)
  broker.connect = async () => {
    try {
      await connect.call(broker)
      hasShakenHands = true
    } catch (failure) {
      const told = handshakeFailures[nameOf(failure)]
      if (told === undefined) throw failure
      await broker.disconnect()
      const { host, port } = broker.connectionPool
      throw new kafkajs.KafkaJSConnectionError(`${host}:${port} ${told.text}`, {
        broker: `${host}:${port}`,
        code: told.code,
      })
    }
  }
}

const handshakeFailures: Readonly<Record<string, { text: string; code: string }>> = {
  KafkaJSRequestTimeoutError: {
    text: 'accepted the connection and did not answer',
    code: 'ETIMEDOUT',
  },
  KafkaJSConnectionClosedError: {
    text: 'closed the connection during the handshake, as a listener does that wants TLS',
    code: 'ECONNRESET',
  },
}

/** How the client opens a connection; `onSocket` sees each one, so that all can be destroyed together. */
export function socketFactory(
  onSocket: (socket: net.Socket) => void,
): (target: SocketTarget) => net.Socket {
  return ({ host, port, ssl, onConnect }) => {
    const servername = net.isIP(host) === 0 ? { servername: host } : {}
    const socket = ssl
      ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
      : connectReusing({ host, port }, onConnect)
    socket.setKeepAlive(true, 60_000)
    // A request is written in one piece: waiting for more (Nagle) would only add the peer's ACK delay.
    socket.setNoDelay(true)
    onSocket(socket)
    return socket
  }
}

export interface SocketTarget {
  host: string
  port: number
  ssl?: tls.ConnectionOptions | false | null
  onConnect: () => void
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : ''
}

function isConnectionFailure(thrown: unknown): boolean {
  return nameOf(thrown).startsWith('KafkaJSConnection')
}
