// What the fixture recorders share: fixed facts, and a sink that keeps what a logger writes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const root: URL = new URL('../../../test/fixtures/formats/', import.meta.url)
const timeMs = 1_767_323_045_123
/** pino's `timestamp` option, fixed. */
export const timestamp = (): string => `,"time":${timeMs}`
export const base = { pid: 4242, hostname: 'web-1' }

/** A sink that keeps what a logger writes. */
export function sink(): { stream: Writable; text(): string } {
  let written = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  })
  return { stream, text: () => written }
}

/** Writes a file of fixtures and prints its path. `log`: one record a line. `bin`: all of it is one record. */
// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
export function save(
  format: string,
  name: string,
  text: string | Buffer,
  kind: 'log' | 'bin' = 'log',
): void {
  const file = new URL(`${format}/${name}.${kind}`, root)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, text)
  process.stdout.write(`${relative(process.cwd(), fileURLToPath(file))}\n`)
}

/** An error whose stack is the same on every machine. */
export function failure<Kind extends Error>(error: Kind): Kind {
  error.stack = `${error.name}: ${error.message}\n    at charge (/srv/app/payments.js:41:11)\n    at async pay (/srv/app/orders.js:12:5)`
  return error
}

export const request = {
  id: 'req-7',
  method: 'POST',
  url: '/orders?from=cart#top',
  headers: {
    host: 'shop.example.com:8443',
    'user-agent': 'curl/8.5.0',
    referer: 'https://shop.example.com/',
    authorization: 'Bearer abcdef',
    cookie: 'session=1',
    accept: '*/*',
  },
  socket: { remoteAddress: '192.0.2.7', remotePort: 50_112 },
}
export const response = {
  statusCode: 201,
  headersSent: true,
  getHeaders: () => ({ 'content-type': 'application/json', 'content-length': '512' }),
}
