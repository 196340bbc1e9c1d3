// A spool directory with what a dead process has left in it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeSourceFacts, mintInstanceId } from '@millrace/envelope'
import { systemClock, systemRandom } from '@millrace/foundation'
import { SpoolWriter } from '@millrace/spool'
import { onTestFinished } from 'vitest'

export function spoolFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-spool-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'spool')
}

export interface Leaving {
  service?: string
  topic?: string
  brokers?: readonly string[]
  /** Values; each line's sequence is its place from 1. */
  texts: readonly string[]
}

/** The instance's id. */
export async function leaveLines(
  directory: string,
  { service = 'orders', topic = 'logs', brokers = ['127.0.0.1:9'], texts }: Leaving,
): Promise<{ instance: string; writer: SpoolWriter }> {
  const instance = mintInstanceId(systemClock, systemRandom)
  const writer = new SpoolWriter({
    directory,
    head: { instance, topic, brokers, header: encodeSourceFacts({ 'service.name': service }) },
    clock: systemClock,
    note: () => {},
  })
  onTestFinished(() => writer.close())
  // Not older than the topic's retention: Kafka deletes by the time of the records.
  const startedAt = systemClock.now() - 60_000
  await writer.append(
    texts.map((text, index) => ({
      kind: 'line',
      sequence: index + 1,
      timestampMs: startedAt + index,
      value: Buffer.from(text),
    })),
  )
  return { instance, writer }
}
