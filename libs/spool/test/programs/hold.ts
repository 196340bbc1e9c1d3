// A process that writes lines into a spool, says so, and waits to be killed.
import { systemClock } from '@millrace/foundation'
import { SpoolWriter } from '../../src/index.ts'

const [directory = '', instance = '', count = '0', mustOwn = 'true'] = process.argv.slice(2)
const writer = new SpoolWriter({
  directory,
  head: { instance, topic: 'logs', brokers: ['127.0.0.1:9092'], header: Buffer.from('{"v":1}') },
  clock: systemClock,
  note: (_kind, text) => process.stderr.write(`${text}\n`),
  mustOwnDirectory: mustOwn === 'true',
  markIntervalMs: 0,
  retryInitialMs: 1,
  retryMaxMs: 2,
})
for (let sequence = 1; sequence <= Number(count); sequence++) {
  const value = Buffer.from(`line ${sequence}`)
  const outcome = await writer.append([{ kind: 'line', sequence, timestampMs: 1, value }])
  process.stdout.write(outcome.ok ? `${sequence}\n` : `${outcome.reason}: ${outcome.detail}\n`)
  if (!outcome.ok) await systemClock.sleep(3)
}
writer.markIssued(Number(count) + 5)
process.stdout.write('ready\n')
process.stdin.resume()
