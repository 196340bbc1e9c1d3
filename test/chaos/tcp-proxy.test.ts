import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { seededRandom } from '@millrace/foundation'
import { freePort } from '@millrace/local-stack'
import { expect, onTestFinished, test } from 'vitest'
import { TcpProxy } from './tcp-proxy.ts'

/** A server that answers each chunk with itself, and the proxy before it. */
async function startEcho(): Promise<TcpProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  const taken = new Set<number>()
  const random = seededRandom(process.pid)
  const port = await freePort(taken, random)
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  const proxy = new TcpProxy(await freePort(taken, random), port)
  await proxy.open()
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}

async function join(proxy: TcpProxy): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: proxy.port })
  await once(socket, 'connect')
  // The end of the test resets what is open.
  socket.on('error', () => {})
  return socket
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

test('what a stalled connection was given comes when it is carried again', async () => {
  const proxy = await startEcho()
  const socket = await join(proxy)
  expect(await echo(socket, 'before')).toBe('before')
  await proxy.set('stall')
  const received: string[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk.toString()))
  socket.write('meanwhile')
  const late = await join(proxy)
  late.write('late')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(received).toEqual([])
  await proxy.set('carry')
  const [chunk] = (await once(late, 'data')) as [Buffer]
  expect(chunk.toString()).toBe('late')
  expect(received).toEqual(['meanwhile'])
})

test('a reset ends open connections with an error, and a new one is carried', async () => {
  const proxy = await startEcho()
  const socket = await join(proxy)
  expect(await echo(socket, 'before')).toBe('before')
  const failed = once(socket, 'error')
  proxy.reset()
  expect(String(await failed)).toContain('ECONNRESET')
  expect(await echo(await join(proxy), 'after')).toBe('after')
})

test('a proxy that refuses has no listener, and listens on the same port again', async () => {
  const proxy = await startEcho()
  await proxy.set('refuse')
  await expect(join(proxy)).rejects.toThrow('ECONNREFUSED')
  await proxy.set('carry')
  expect(await echo(await join(proxy), 'after')).toBe('after')
})
