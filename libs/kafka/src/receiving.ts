// The Kafka client's sockets: answers are put together where they will be read, without pieces in between.
import net from 'node:net'
import { takeMemory } from './records/fetch-memory.ts'

/** What of the client's connection is used here. */
export interface ReceivingConnection {
  socket?: net.Socket
  authHandlers: object | null
  requestQueue: {
    fulfillRequest(answer: { size: number; correlationId: number; payload: Buffer }): void
  }
  processData: (this: ReceivingConnection, bytes: Buffer) => void
}

/** What one read of a socket brings at most. Unit: bytes. */
const readBytes = 128 * 1024
/** Of an answer's length and of its correlation id. Unit: bytes. */
const int32Bytes = 4
/** Larger ones grow piece by piece, as the client does it: the length may be no length at all. Unit: bytes. */
const answerBytesMax = 128 * 1024 * 1024

/** An answer that has come in part. */
interface Receiving {
  readonly socket: net.Socket | undefined
  readonly lengthBytes: Buffer
  lengthFilled: number
  answer: Buffer | undefined
  filled: number
  /** From an answer that is too large on, the client does it. */
  isLeftToClient: boolean
}

/**
 * Reads into one piece of memory, over and over; who listens to `data` has to be done with it, or have copied it,
 * before returning.
 */
export function connectReusing(
  target: { host: string; port: number },
  onConnect: () => void,
): net.Socket {
  const onread = {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback: (length: number, bytes: Uint8Array): boolean =>
      socket.emit('data', (bytes as Buffer).subarray(0, length)) || true,
  }
  const socket: net.Socket = net.connect({ ...target, onread }, onConnect)
  return socket
}

/**
 * The client keeps each piece that a socket brings and joins them once all are there. For a topic that is read that is
 * twice its bytes in memory which the garbage collector has to look after, and it did so all the time: a quarter of the
 * worker's processor time. Mended: an answer has one piece of memory, of its own size, from its first byte on.
 */
export function mendReceiving(connection: ReceivingConnection): void {
  const receiving = new WeakMap<ReceivingConnection, Receiving>()
  const { processData } = connection
  connection.processData = function (bytes) {
    let state = receiving.get(this)
    if (state === undefined || state.socket !== this.socket) {
      state = begin(this.socket)
      receiving.set(this, state)
    }
    // Its own copy, for it keeps what it is given.
    if (this.authHandlers !== null || state.isLeftToClient) {
      return processData.call(this, Buffer.from(bytes))
    }
    const left = receive(state, bytes, (answer) =>
      this.requestQueue.fulfillRequest({
        size: answer.length,
        correlationId: answer.readInt32BE(0),
        payload: answer.subarray(int32Bytes),
      }),
    )
    if (left !== undefined) processData.call(this, left)
  }
}

function begin(socket: net.Socket | undefined): Receiving {
  return {
    socket,
    lengthBytes: Buffer.alloc(int32Bytes),
    lengthFilled: 0,
    answer: undefined,
    filled: 0,
    isLeftToClient: false,
  }
}

/** @returns what is left to the client. */
function receive(
  state: Receiving,
  bytes: Buffer,
  onAnswer: (answer: Buffer) => void,
): Buffer | undefined {
  let at = 0
  while (at < bytes.length) {
    if (state.answer === undefined) {
      while (state.lengthFilled < int32Bytes && at < bytes.length) {
        state.lengthBytes[state.lengthFilled++] = bytes[at++]!
      }
      if (state.lengthFilled < int32Bytes) return undefined
      const length = state.lengthBytes.readInt32BE(0)
      if (length < int32Bytes || length > answerBytesMax) {
        state.isLeftToClient = true
        return Buffer.concat([state.lengthBytes, bytes.subarray(at)])
      }
      state.answer = takeMemory(length)
      state.filled = 0
      state.lengthFilled = 0
    }
    const { answer } = state
    const length = Math.min(answer.length - state.filled, bytes.length - at)
    bytes.copy(answer, state.filled, at, at + length)
    state.filled += length
    at += length
    if (state.filled < answer.length) return undefined
    state.answer = undefined
    onAnswer(answer)
  }
  return undefined
}
