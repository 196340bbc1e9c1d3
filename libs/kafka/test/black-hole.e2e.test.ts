import net from 'node:net'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import {
  createAdministration,
  createConsumerGroup,
  createProducer,
  kafkaSettings,
} from '../src/index.ts'
import { numbered, setBench } from './support/topic.ts'

const { kafka: brokers } = inject('stack')
let hole: net.Server
let address: string
const sockets = new Set<net.Socket>()

beforeEach(async () => {
  hole = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(hole.address() as net.AddressInfo).port}`
})

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => hole.close(resolve))
})

const timeouts = { connectionTimeoutMs: 400, requestTimeoutMs: 600 }

describe('a broker that accepts connections and never answers', () => {
  it('fails a publish within its time limit, and leaves no connection open', async () => {
    const producer = createProducer(kafkaSettings.parse({ brokers: [address], ...timeouts }))
    const startedAt = performance.now()
    const failure = await producer
      .publish({ topic: 'logs', records: [{ key: null, value: 'x' }] })
      .catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({
      code: 'MILLRACE_PUBLISH_UNREACHABLE',
      retryable: true,
      context: { reason: 'timeout', topic: 'logs', records: 1 },
    })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    await producer.close()
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('is passed over for another of the configured brokers', async () => {
    const bench = await setBench(brokers, 1)
    for (const order of [
      [address, ...brokers],
      [...brokers, address],
    ]) {
      const producer = createProducer(kafkaSettings.parse({ brokers: order, ...timeouts }), {
        publishTimeoutMs: 10_000,
      })
      const published = await producer.publish({
        topic: bench.topic,
        records: numbered(3).map((value) => ({ key: null, value })),
      })
      expect(published.partition).toBe(0)
      await producer.close()
    }
    await bench.close()
  })

  it('holds up neither the close of a producer, a member nor an administration', async () => {
    const settings = kafkaSettings.parse({ brokers: [address] })
    const producer = createProducer(settings)
    const publishing = producer
      .publish({ topic: 'logs', records: [{ key: null, value: 'x' }] })
      .catch((thrown: unknown) => thrown)
    const administration = createAdministration(settings)
    const asking = administration.listTopics().catch((thrown: unknown) => thrown)
    const member = createConsumerGroup(settings, {
      topic: 'logs',
      group: 'any',
      from: 'earliest',
      onRecords: () => Promise.resolve(),
      onAssigned: () => {},
      onRevoked: () => Promise.resolve(),
      onError: () => {},
    })
    await member.start()
    await expect.poll(() => sockets.size).toBeGreaterThanOrEqual(3)
    const startedAt = performance.now()
    await Promise.all([producer.close(), administration.close(), member.close()])
    expect(await publishing).toMatchObject({ code: 'MILLRACE_PUBLISH_CLOSED' })
    expect(await asking).toBeInstanceOf(Error)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    await expect.poll(() => sockets.size).toBe(0)
  })
})
