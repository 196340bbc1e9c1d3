import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEventId } from '@millrace/envelope'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createMillraceStream } from '../src/index.ts'
import { createTestTopic } from './support/topic.ts'

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack({ elasticsearch: false })
})
afterAll(async () => {
  await stack.stop()
})

const pauseMs = (ms: number): Promise<unknown> => once(AbortSignal.timeout(ms), 'abort')

test.each([
  [
    'killed and started again',
    async (during: () => Promise<void>) => {
      await stack.kill('kafka-1')
      await during()
      await stack.start('kafka-1')
    },
  ],
  [
    'frozen and thawed',
    async (during: () => Promise<void>) => {
      stack.pause('kafka-1')
      await during()
      stack.resume('kafka-1')
    },
  ],
])(
  'when the broker is %s while lines come in, each of them is in the topic afterwards',
  async (_name, fail) => {
    const topic = await createTestTopic(stack.endpoints.kafka)
    const directory = mkdtempSync(join(tmpdir(), 'millrace-outage-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const stream = createMillraceStream({
      brokers: stack.endpoints.kafka,
      topic: topic.name,
      spool: { directory },
    })
    let written = 0
    const write = (count: number): void => {
      for (let line = 0; line < count; line++) stream.write(`{"level":30,"number":${++written}}\n`)
    }
    write(1_000)
    expect(await stream.flush()).toBe(true)
    await fail(async () => {
      for (let round = 0; round < 40; round++) {
        write(100)
        await pauseMs(100)
      }
      expect(stream.counters.published).toBeLessThan(written)
    })
    const left = (): number => stream.counters.waiting + stream.counters.spooled
    while (left() > 0) {
      write(10)
      await pauseMs(100)
    }
    await stream.close()
    expect(stream.counters).toMatchObject({ accepted: written, published: written, waiting: 0 })
    // A try whose answer was lost may have written its batch: the same ids twice are right, a missing one is not.
    const records = await topic.read(await topic.count())
    const keys = records.map((record) => Buffer.from(record.key!).toString())
    expect(new Set(keys.map((key) => parseEventId(key)?.sequence)).size).toBe(written)
  },
)
