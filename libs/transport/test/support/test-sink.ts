// A sink with a fake Kafka, a manual clock and notes that a test can read.
import { seededRandom } from '@millrace/foundation'
import { Notes } from '../../src/notes.ts'
import { readOptions } from '../../src/options.ts'
import type { StreamOptions } from '../../src/settings.ts'
import { Sink } from '../../src/sink.ts'
import type { SinkLimits } from '../../src/sink-limits.ts'
import { FakeProducer } from './fake-producer.ts'
import { FakeDisk } from './fake-spool.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'

/** Without a spool unless `options` ask for one. */
export function createTestSink(
  options: StreamOptions = {},
  limits: Partial<SinkLimits> = {},
  disk = new FakeDisk(),
) {
  const clock = new ManualClock()
  const producer = new FakeProducer()
  const producers: FakeProducer[] = []
  const notes: string[] = []
  const settings = readOptions({
    options: { spool: false, ...options },
    env: {},
    readFile: () => '',
    kind: 'stream',
  })
  const sink = new Sink(settings, {
    clock,
    random: seededRandom(1),
    spool: disk,
    hostname: 'host-1',
    notes: new Notes(clock, (line) => notes.push(line)),
    createProducer: () => {
      const next = producers.length === 0 ? producer : new FakeProducer()
      producers.push(next)
      return next
    },
    limits,
  })
  const write = (...lines: string[]): void => {
    sink.accept(Buffer.from(lines.map((line) => `${line}\n`).join('')))
  }
  return { sink, clock, producer, producers, disk, notes, write }
}
