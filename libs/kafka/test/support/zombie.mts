// A member in a process of its own, which its test freezes: it commits whenever it is told to, and tells how that went.
import { createInterface } from 'node:readline'
import { createConsumerGroup, kafkaSettings } from '@millrace/kafka'

const { brokers, topic, group } = JSON.parse(process.argv[2]!) as {
  brokers: string[]
  topic: string
  group: string
}
const say = (event: object): boolean => process.stdout.write(`${JSON.stringify(event)}\n`)
let newest: { topic: string; partition: number; offset: number }[] = []
const member = createConsumerGroup(kafkaSettings.parse({ brokers }), {
  topic,
  group,
  from: 'earliest',
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 1_000,
  onRecords(records) {
    const { partition, offset } = records.at(-1)!
    newest = newest.filter((each) => each.partition !== partition)
    newest.push({ topic, partition, offset: offset + 1 })
    say({ kind: 'records', count: records.length })
    return Promise.resolve()
  },
  onAssigned: (partitions) => void say({ kind: 'assigned', count: partitions.length }),
  onRevoked(partitions) {
    say({ kind: 'revoked', count: partitions.length })
    return Promise.resolve()
  },
  onError: (error) => void say({ kind: 'error', text: error.message }),
})
await member.start()
for await (const line of createInterface(process.stdin)) {
  if (line === 'commit') say({ kind: 'commit', committed: await member.commit(newest) })
  if (line === 'close') break
}
await member.close()
process.exit(0)
