// Redis Streams' half of the comparison: a real server of its own, from the Debian package.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemRandom } from '@millrace/foundation'
import { freePort } from '@millrace/local-stack'
import { createClient } from 'redis'
import { ensureDebianPackages } from './debian-package.ts'
import { folderBytes, inBatches, type Measured, type Work } from './measures.ts'
import { residentBytesOf } from './process-usage.ts'

const stream = 'bench'
const group = 'bench'

export async function measureRedis(work: Work): Promise<Measured> {
  const version = ensureRedis()
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const port = await freePort(new Set(), systemRandom)
  const server = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '',
      '--appendonly',
      'yes',
    ],
    { stdio: 'ignore' },
  )
  const exited = new Promise((resolve) => server.once('exit', resolve))
  const client = connectTo(port)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.xGroupCreate(stream, group, '0', { MKSTREAM: true })
    const publishStartedAt = performance.now()
    await inBatches(work, async (lines) => {
      await Promise.all(lines.map((line) => client.xAdd(stream, '*', { line })))
    })
    const publishMs = performance.now() - publishStartedAt
    const consumeStartedAt = performance.now()
    const consumed = await consume(client, work)
    const consumeMs = performance.now() - consumeStartedAt
    // The append-only file is written once a second.
    await sleep(1500)
    return {
      version,
      publishMs,
      consumeMs,
      consumed,
      residentBytes: residentBytesOf(server.pid!),
      diskBytes: folderBytes(directory),
    }
  } finally {
    client.destroy()
    server.kill()
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
}

const connectTo = (port: number) => createClient({ url: `redis://127.0.0.1:${port}` })

async function consume(client: ReturnType<typeof connectTo>, work: Work): Promise<number> {
  let consumed = 0
  while (consumed < work.lines.length) {
    const answer = (await client.xReadGroup(
      group,
      'bench',
      { key: stream, id: '>' },
      { COUNT: work.batchCount },
    )) as { messages: { id: string; message: Record<string, string> }[] }[] | null
    const messages = answer?.[0]?.messages ?? []
    if (messages.length === 0) break
    await client.xAck(
      stream,
      group,
      messages.map(({ id }) => id),
    )
    consumed += messages.length
  }
  return consumed
}

/** Redis's version; installs the Debian package where that can be done. */
function ensureRedis(): string {
  const words = ensureDebianPackages(['redis-server'], {
    command: 'redis-server',
    flag: '--version',
  })
  return `Redis ${/v=([\d.]+)/.exec(words)?.[1] ?? 'of unknown version'}`
}
