// Which ports the processes of `npm start` listen on.
import { createServer } from 'node:net'

/** True when this machine lets a program listen on the port of the loopback address now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}

/** Any free port of the loopback address. */
function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      )
    })
  })
}

/** The port that people know, or any other when it is taken: run.json and the screen tell which. */
export async function preferredPort(port: number): Promise<number> {
  return (await isPortFree(port)) ? port : anyFreePort()
}
