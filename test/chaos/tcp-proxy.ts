// A loopback proxy that knows bytes only: it carries them, holds them, refuses connections or resets them.
import { createServer, type Server, type Socket, connect } from 'node:net'

export type ProxyMode = 'carry' | 'stall' | 'refuse'

interface Pair {
  near: Socket
  far: Socket
}

/** Listens on `port` of 127.0.0.1 and carries to `target`, until told otherwise. */
export class TcpProxy {
  readonly port: number
  readonly #target: number
  readonly #pairs = new Set<Pair>()
  #server: Server | undefined
  #mode: ProxyMode = 'carry'

  constructor(port: number, target: number) {
    this.port = port
    this.#target = target
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return
    // Half-open connections are carried as such.
    const server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
  }

  /** `refuse` also resets what is open; `stall` keeps it, and takes new connections, but carries nothing. */
  async set(mode: ProxyMode): Promise<void> {
    this.#mode = mode
    if (mode === 'refuse') return this.close()
    await this.open()
    for (const { near, far } of this.#pairs) {
      for (const socket of [near, far]) {
        if (mode === 'stall') socket.pause()
        else socket.resume()
      }
    }
  }

  /** Every open connection ends with RST. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.reset()
    if (server === undefined) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }

  #accept(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true })
    const pair = { near, far }
    this.#pairs.add(pair)
    this.#carry(near, far, pair)
    this.#carry(far, near, pair)
    if (this.#mode === 'stall') {
      near.pause()
      far.pause()
    }
  }

  #carry(from: Socket, to: Socket, pair: Pair): void {
    from.setNoDelay(true)
    from.on('data', (chunk) => {
      if (to.destroyed) return
      if (!to.write(chunk)) from.pause()
    })
    to.on('drain', () => {
      if (this.#mode !== 'stall') from.resume()
    })
    from.on('end', () => to.end())
    // The other side learns of it as it happened here: an abrupt end stays one.
    from.on('error', () => to.resetAndDestroy())
    from.on('close', () => {
      this.#pairs.delete(pair)
      if (!to.destroyed && !from.readableEnded) to.destroy()
    })
  }
}
