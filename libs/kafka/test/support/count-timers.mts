// Uses the client, mended or bare, then does nothing for a second and counts what goes on all the same.
import kafkajs from 'kafkajs'
import { createProducer, kafkaSettings } from '@millrace/kafka'

const kind = process.argv[2]
const { brokers, topic } = JSON.parse(process.argv[3]!) as { brokers: string[]; topic: string }
const warnings: string[] = []
process.on('warning', (warning) => warnings.push(warning.name))
let printed = 0
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (text: string | Uint8Array) => {
  printed++
  return write(text)
}

let fired = 0
for (const name of ['setTimeout', 'setInterval'] as const) {
  const original = globalThis[name] as (...given: unknown[]) => NodeJS.Timeout
  const counting = (callback: () => void, ...rest: unknown[]): NodeJS.Timeout =>
    original(
      () => {
        fired++
        callback()
      },
      ...rest,
    )
  Object.assign(globalThis, { [name]: counting })
}

const records = Array.from({ length: 10 }, (_, index) => ({ key: null, value: `line ${index}` }))
async function useMended(): Promise<() => Promise<void>> {
  const producer = createProducer(kafkaSettings.parse({ brokers }))
  for (let turn = 0; turn < 20; turn++) await producer.publish({ topic, records })
  return () => producer.close()
}

async function useBare(): Promise<() => Promise<void>> {
  const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  for (let turn = 0; turn < 20; turn++) await producer.send({ topic, messages: records })
  return () => producer.disconnect()
}

const close = kind === 'mended' ? await useMended() : await useBare()
fired = 0
await new Promise((resolve) => setTimeout(resolve, 1_000))
const idleTimers = fired
await close()
const counted = { warnings, idleTimers, printed }
write(`${JSON.stringify(counted)}\n`)
process.exit(0)
