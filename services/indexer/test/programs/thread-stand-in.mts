// A thread of the indexer without a pipeline: says what a thread says, and fails as the cluster's id tells it to.
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@millrace/foundation'
import { Books } from '../../src/books.mts'
import { IndexerMetrics } from '../../src/metrics.mts'
import { OwnedPartition } from '../../src/ownership.mts'
import { Dialogue } from '../../src/threads/dialogue.mts'
import {
  mainAnswers,
  mainHears,
  threadAnswers,
  threadHears,
  type ThreadStart,
} from '../../src/threads/words.mts'

const { thread, clusterId, config } = workerData as ThreadStart
/** Thread to what is wrong with it. */
const habits = JSON.parse(clusterId) as Record<string, string>
const habit = habits[thread]
const isOneOf = (...wanted: string[]): boolean => habit !== undefined && wanted.includes(habit)

const books = new Books()
books.recordsTaken = thread
books.take(thread)
for (let event = 0; event < thread; event++) books.end('indexed')
const owner = new OwnedPartition('logs', 4, { recordsMax: 10, clockMarginMs: 0, assignedAtMs: 0 })
const metrics = new IndexerMetrics(
  books,
  () => ({
    inFlightBytes: config.indexer.inFlightBytesMax,
    requestsInFlight: 1,
    concurrencyLimit: 2,
    batchesQueued: 0,
    partitions: [owner],
    highWatermarks: new Map(),
    stalledMs: () => thread * 1_000,
  }),
  'thread',
)
metrics.indexed(50)

const answers = {
  [threadAnswers.conditions]: () => (isOneOf('unready') ? { group: 'it is rebalancing' } : {}),
  [threadAnswers.metrics]: () => metrics.snapshot(),
}

function misbehave(): void {
  if (isOneOf('exits')) process.exit(3)
  if (isOneOf('throws')) throw new Error('boom')
  if (isOneOf('fails')) dialogue.tell(mainHears.failed, { text: 'the group is fenced' })
  if (isOneOf('asks'))
    void dialogue
      .ask(mainAnswers.deadLetterTopic, 10_000)
      .then(() => (answers.conditions = () => ({ group: 'asked' })))
  for (;;) if (!isOneOf('stalls')) break
}

function close(): void {
  if (isOneOf('deaf')) return
  if (isOneOf('throws-at-close')) throw new Error('boom')
  const { recordsTaken, events } = books
  dialogue.tell(mainHears.closed, { recordsTaken, events })
  process.exit()
}

const dialogue = new Dialogue(parentPort!, {
  clock: systemClock,
  answers,
  told: { [threadHears.storeReached]: misbehave, [threadHears.close]: close },
})
