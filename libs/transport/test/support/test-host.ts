// The edge as the unit tests see it: no environment, a fake Kafka, notes that a test can read.
import { EventEmitter } from 'node:events'
import { seededRandom } from '@millrace/foundation'
import type { Host } from '../../src/host.ts'
import { ProcessEnd } from '../../src/process-end.ts'
import { FakeProducer } from './fake-producer.ts'
import { ManualClock } from './manual-clock.ts'

export function createTestHost(env: Host['env'] = {}) {
  const clock = new ManualClock()
  const producer = new FakeProducer()
  const process = new EventEmitter()
  const notes: string[] = []
  const host: Host = {
    env,
    hostname: 'host-1',
    clock,
    random: seededRandom(1),
    processEnd: new ProcessEnd(process),
    readFile: (path) => {
      throw Object.assign(new Error(path), { code: 'ENOENT' })
    },
    note: (line) => notes.push(line),
    createProducer: () => producer,
  }
  return { host, clock, producer, process, notes }
}
