import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mendReceiving, type ReceivingConnection } from '../src/receiving.ts'

interface Answer {
  size: number
  correlationId: number
  payload: Buffer
}

/** A connection of the client, as far as it receives. */
function connection(): { mended: ReceivingConnection; answers: Answer[]; client: Buffer[] } {
  const answers: Answer[] = []
  const client: Buffer[] = []
  const mended: ReceivingConnection = {
    authHandlers: null,
    requestQueue: { fulfillRequest: (answer) => answers.push(answer) },
    processData: (bytes) => client.push(bytes),
  }
  mendReceiving(mended)
  return { mended, answers, client }
}

function onTheWire(correlationId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + payload.length, 0)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, payload])
}

/** In pieces, each in the same memory, which is another's right after. */
function feed(mended: ReceivingConnection, bytes: Buffer, cuts: readonly number[]): void {
  const memory = Buffer.alloc(bytes.length)
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length]
  let from = 0
  for (const to of places.toSorted((one, other) => one - other)) {
    bytes.copy(memory, 0, from, to)
    mended.processData(memory.subarray(0, to - from))
    memory.fill(0xee)
    from = to
  }
}

test('answers are whole and in order, however the socket cuts them', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(), { maxLength: 12 }), (sent, cuts) => {
      const { mended, answers, client } = connection()
      feed(mended, Buffer.concat(sent.map((payload, at) => onTheWire(at, payload))), cuts)
      expect(answers.map(({ correlationId }) => correlationId)).toEqual(sent.map((_, at) => at))
      expect(answers.map(({ payload }) => [...payload])).toEqual(sent.map((each) => [...each]))
      expect(answers.map(({ size }) => size)).toEqual(sent.map(({ length }) => length + 4))
      expect(client).toEqual([])
    }),
  )
})

test('what is no answer, and what belongs to a handshake, goes to the client as its own copy', () => {
  const { mended, answers, client } = connection()
  const html = Buffer.from('HTTP/1.1 400 Bad Request')
  feed(mended, html, [3, 9])
  expect(Buffer.concat(client)).toEqual(html)
  expect(answers).toEqual([])
  const other = connection()
  other.mended.authHandlers = {}
  feed(other.mended, html, [5])
  expect(Buffer.concat(other.client)).toEqual(html)
  other.mended.authHandlers = null
  feed(other.mended, onTheWire(7, Buffer.from('fine')), [])
  expect(other.answers[0]?.payload.toString()).toBe('fine')
})

test('a new socket begins anew', () => {
  const { mended, answers } = connection()
  mended.processData(onTheWire(1, Buffer.from('cut off')).subarray(0, 9))
  mended.socket = {} as NonNullable<ReceivingConnection['socket']>
  mended.processData(onTheWire(2, Buffer.from('whole')))
  expect(answers.map(({ payload }) => payload.toString())).toEqual(['whole'])
})
