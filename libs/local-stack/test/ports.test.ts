import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { seededRandom } from '@millrace/foundation'
import { afterEach, expect, test } from 'vitest'
import { freePort, isFree, requireFree } from '../src/ports.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen(port: number): Promise<number> {
  const server = createServer()
  servers.push(server)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('a free port lies below the ports that systems give to outgoing connections', async () => {
  const port = await freePort(new Set(), seededRandom(1))
  expect(port).toBeGreaterThanOrEqual(20_000)
  expect(port).toBeLessThan(32_000)
  expect(await isFree(port)).toBe(true)
})

test('a port is handed out once, also while nobody listens on it yet', async () => {
  const taken = new Set<number>()
  const first = await freePort(taken, seededRandom(1))
  const second = await freePort(taken, seededRandom(1))
  expect(second).not.toBe(first)
  expect(taken).toEqual(new Set([first, second]))
})

test('a port on which another program listens is passed over', async () => {
  const busy = await freePort(new Set(), seededRandom(2))
  await listen(busy)
  expect(await freePort(new Set(), seededRandom(2))).not.toBe(busy)
})

test('when every draw is taken the search ends with an error', async () => {
  const always = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length) }
  await expect(freePort(new Set([26_000]), always)).rejects.toMatchObject({
    code: 'MILLRACE_STACK_PORT_TAKEN',
    message: 'No free port among 200 tried between 20000 and 31999.',
  })
})

test('a fixed port that is taken is named, with its server and how to find who has it', async () => {
  const port = await listen(0)
  await expect(requireFree(port, 'kafka-1')).rejects.toMatchObject({
    code: 'MILLRACE_STACK_PORT_TAKEN',
    message:
      `Port ${port}, where kafka-1 should listen, is taken by another program. ` +
      `\`lsof -i :${port}\` (or \`ss -ltnp\`) says which; stop it or choose another port.`,
  })
})
