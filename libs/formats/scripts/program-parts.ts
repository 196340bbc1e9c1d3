// What the recorders of other people's programs share: a folder of their own, free ports, waiting, raw requests.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const deadlineMs = 20_000

/** Runs `use` with a folder that is gone afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-record-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs `use` beside a server, which is stopped afterwards. */
export async function withServer(
  command: string,
  args: string[],
  use: () => Promise<void>,
): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  try {
    await use()
  } finally {
    await stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await exited
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  await new Promise((done) => {
    server.close(done)
  })
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

/** Waits until `check` is true, or throws after 20 s. */
export async function until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += 50) {
    if (await check()) return
    await delay(50)
  }
  throw new Error(`gave up waiting for ${what}`)
}

export async function isListening(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => {
      done(false)
    })
  })
}

/** Sends bytes and waits for the server to close. */
export async function sendRaw(port: number, bytes: string): Promise<void> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(Buffer.from(bytes, 'latin1'))
    })
    socket.setTimeout(deadlineMs, () => {
      socket.destroy()
    })
    socket.resume()
    socket.once('error', () => undefined)
    socket.once('close', () => {
      done()
    })
  })
}
