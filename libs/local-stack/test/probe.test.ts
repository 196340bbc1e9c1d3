import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { countBrokers, elasticsearchObstacle } from '../src/probe.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function portOf(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('the number of brokers is read from an answer that arrives in pieces', async () => {
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      // Size, then API key 3 (Metadata), version 1.
      expect(request.readInt32BE(0)).toBe(request.length - 4)
      expect([request.readInt16BE(4), request.readInt16BE(6)]).toEqual([3, 1])
      const answer = Buffer.from([0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 3])
      socket.write(answer.subarray(0, 5), () => socket.write(answer.subarray(5)))
    })
  })
  expect(await countBrokers(await portOf(server))).toBe(3)
})

test('a port that refuses, or that closes without an answer, counts no brokers', async () => {
  const server = createServer((socket) => socket.destroy())
  const port = await portOf(server)
  expect(await countBrokers(port)).toBeUndefined()
  server.close()
  await once(server, 'close')
  expect(await countBrokers(port)).toBeUndefined()
})

test('an Elasticsearch with missing primaries is not ready and says which health it has', async () => {
  const server = createHttpServer((_, response) => {
    response.writeHead(408).end('{"status":"red","unassigned_shards":2}')
  })
  const port = await portOf(server)
  expect(await elasticsearchObstacle(`http://127.0.0.1:${port}`)).toBe(
    'its health is red with 2 shards not opened',
  )
})

test('an Elasticsearch that answers without waiting is ready, one that is not there is not', async () => {
  const server = createHttpServer((_, response) => response.end('{"status":"green"}'))
  const url = `http://127.0.0.1:${await portOf(server)}`
  expect(await elasticsearchObstacle(url)).toBeUndefined()
  expect(await elasticsearchObstacle('http://127.0.0.1:1')).toBe('it does not answer')
})
