// The edge as the unit tests see it: no environment, a fake Kafka, notes that a test can read.
import { EventEmitter } from 'node:events'
import { seededRandom } from '@millrace/foundation'
import type { Host } from '../../src/host.ts'
import { ProcessEnd } from '../../src/process-end.ts'
import { FakeProducer } from './fake-producer.ts'
import { FakeDisk } from './fake-spool.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'

/** Without a spool unless `env` says otherwise. */
export function createTestHost(env: Host['env'] = { MILLRACE_SPOOL: 'false' }) {
  const disk = new FakeDisk()
  const clock = new ManualClock()
  const producer = new FakeProducer()
  const process = new EventEmitter()
  const notes: string[] = []
  const host: Host = {
    env,
    hostname: 'host-1',
    clock,
    random: seededRandom(1),
    spool: disk,
    processEnd: new ProcessEnd(process),
    readFile: (path) => {
      throw Object.assign(new Error(path), { code: 'ENOENT' })
    },
    note: (line) => notes.push(line),
    createProducer: () => producer,
  }
  return { host, clock, producer, process, disk, notes }
}
