// What each step of a line's way through the transport costs, and what each way to compress a batch costs and saves.
import { seededRandom, systemClock } from '@millrace/foundation'
import type { Compression } from '@millrace/kafka'
import { BatchBuffers } from '../libs/kafka/src/records/batch-buffers.ts'
import { encodeBatch } from '../libs/kafka/src/records/encode-batch.ts'
import { Identity } from '../libs/transport/src/identity.ts'
import { LineQueue } from '../libs/transport/src/line-queue.ts'
import { LineSplitter } from '../libs/transport/src/line-splitter.ts'
import type { LineRange, Lines } from '../libs/transport/src/lines.ts'
import { Redactor } from '../libs/transport/src/redact/redactor.ts'
import { TextMemory } from '../libs/transport/src/text-memory.ts'
import { pinoLines } from './lines/pino-lines.ts'
import { type Benchmark, median, type Report } from './report.ts'

const rounds = 7
/** Thrown away: the engine compiles meanwhile. */
const warmUpRounds = 3
/** For one round of one step. Unit: ms of processor time. */
const roundMs = 60
const batchBytes = 524_288
/** What pino's ring hands on at once in a busy service. */
const textLines = 40

interface Step {
  name: string
  /** Handles all lines once. */
  work: () => unknown
}

export const transportSteps: Benchmark = {
  name: 'transport-steps',
  summary: 'µs a line for each step through the transport, and for each way to compress a batch',
  async run({ progress, signal }): Promise<Report> {
    const { batch, identity, steps } = prepare()
    const taken = steps.map((): number[] => [])
    for (let round = -warmUpRounds; round < rounds; round++) {
      for (const [place, { name, work }] of steps.entries()) {
        progress(`round ${round + 1} of ${rounds}: ${name}`)
        // Lets Ctrl-C in.
        await new Promise(setImmediate)
        signal.throwIfAborted()
        const took = await microseconds(work)
        if (round >= 0) taken[place]!.push(took / batch.length)
      }
    }
    const sizes = new Map<string, number>()
    for (const each of compressions) {
      const { length } = await encodeBatch(identity.records(batch), each, 0)
      sizes.set(`batch, ${each}`, length / batch.length)
    }
    const lineBytes = batch.valueBytes / batch.length
    return {
      setting: `one batch of ${batch.length} lines of pino, ${lineBytes.toFixed(0)} B on average; medians of ${rounds} rounds of ${roundMs} ms`,
      programs: ['µs/line', 'B/line on the wire'],
      measures: steps.map(({ name }, place) => ({
        name,
        unit: 'a line',
        values: [median(taken[place]!), sizes.get(name) ?? Number.NaN],
      })),
      caveats: [
        'Processor time of the process, so that other work on the machine counts less, and the threads that compress count too.',
        'Each step by itself, its input in the processor’s caches; sending, the answers and the event loop are not here: `npm run bench -- transport` has the whole.',
        'batch: records with key, header and checksum, as they go to the broker; none is what the others begin with.',
      ],
    }
  },
}

const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

function prepare(): { batch: Lines; identity: Identity; steps: Step[] } {
  const identity = new Identity({
    settings: {
      service: { name: 'bench', version: '1.4.2' },
      dataset: 'app',
      namespace: 'default',
      format: 'pino',
    },
    hostname: 'web-1',
    clock: systemClock,
    random: seededRandom(1),
  })
  const bounds = {
    batchSize: { bytesMax: batchBytes },
    batchLinesMax: 10_000,
    recordOverheadBytes: identity.recordOverheadBytes,
  }
  const { text, batch } = firstBatch(bounds)
  const texts = cut(text, textLines)
  const chunk = Buffer.from(text)
  const memory = new TextMemory()
  const redactor = new Redactor({ keys: [], patterns: [] })
  const buffers = new BatchBuffers()
  const whole = Array.from(batch, ({ value }) => value)
  const splitting = (onLine: (start: number, end: number) => void): (() => void) => {
    const splitter = new LineSplitter({
      lineHeldMaxBytes: batchBytes,
      onLine: (_chunk, start, end) => onLine(start, end),
    })
    return () => splitter.push(chunk)
  }
  const look = splitting((start, end) => redactor.mayHold(chunk, start, end))
  const fill = filling(bounds, chunk)
  const split = splitting(() => {})
  const steps: Step[] = [
    { name: 'text to bytes', work: () => texts.map((each) => memory.put(each, 'utf8')) },
    { name: 'bytes to lines', work: split },
    {
      name: 'lines and a quick look for secrets',
      work: () => {
        redactor.begin(chunk, 0, chunk.length)
        look()
      },
    },
    { name: 'the whole look for secrets', work: () => whole.map((line) => redactor.redact(line)) },
    { name: 'lines into the queue', work: fill },
    ...compressions.map((compression) => ({
      name: `batch, ${compression}`,
      work: async () => {
        const encoded = await encodeBatch(identity.records(batch), compression, 0, buffers)
        encoded.release()
      },
    })),
  ]
  return { batch, identity, steps }
}

/** Lines that make one batch, and their text. */
function firstBatch(bounds: ConstructorParameters<typeof LineQueue>[0]): {
  text: string
  batch: Lines
} {
  const parts: string[] = []
  let bytes = 0
  for (const { line } of pinoLines(1)) {
    bytes += Buffer.byteLength(line) + bounds.recordOverheadBytes
    if (bytes > bounds.batchSize.bytesMax) break
    parts.push(`${line}\n`)
  }
  const text = parts.join('')
  return { text, batch: filling(bounds, Buffer.from(text))()! }
}

function cut(text: string, lines: number): string[] {
  const all = text.split(/(?<=\n)/)
  return Array.from({ length: Math.ceil(all.length / lines) }, (_, part) =>
    all.slice(part * lines, (part + 1) * lines).join(''),
  )
}

/** Puts the chunk's lines into a queue, and takes them out as a batch. */
function filling(
  bounds: ConstructorParameters<typeof LineQueue>[0],
  chunk: Buffer,
): () => Lines | undefined {
  const queue = new LineQueue(bounds)
  const range: LineRange = { chunk, start: 0, end: 0, sequence: 0, arrivedAt: 1_767_323_045_678 }
  const splitter = new LineSplitter({
    lineHeldMaxBytes: batchBytes,
    onLine: (_chunk, start, end) => {
      range.start = start
      range.end = end
      range.sequence++
      queue.push(range)
    },
  })
  return () => {
    range.sequence = 0
    splitter.push(chunk)
    return queue.take()
  }
}

async function microseconds(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  let used = 0
  let turns = 0
  while (used < roundMs * 1000) {
    await work()
    turns++
    const { user, system } = process.cpuUsage(start)
    used = user + system
  }
  return used / turns
}
