// What a line costs on its way through the normalizer, for each format, beside the least that reading and writing JSON costs.
import { formatNames, RecordNormalizer, type SourceRecord } from '@millrace/formats'
import { typicalRecords } from './lines/typical-records.ts'
import { type Benchmark, median, type Report } from './report.ts'

const rounds = 7
/** Thrown away: the engine compiles meanwhile. */
const warmUpRounds = 3
/** For one round of one of the two programs. Unit: ms of processor time. */
const roundMs = 60
const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')

interface Case {
  name: string
  records: SourceRecord[]
  /** Undefined for lines that are no JSON. */
  texts: Buffer[] | undefined
}

export const formats: Benchmark = {
  name: 'formats',
  summary:
    'µs a line from bytes to bytes of a document, for each format, beside JSON.parse + JSON.stringify',
  async run({ progress, signal }): Promise<Report> {
    const cases = [...formatNames.map(typicalCase), ...['pino', 'ecs'].map(namedCase)]
    const normalizer = new RecordNormalizer({ clusterId: 'bench' })
    const figures = cases.map(() => ({ whole: [] as number[], least: [] as number[] }))
    for (let round = -warmUpRounds; round < rounds; round++) {
      for (const [index, { name, records, texts }] of cases.entries()) {
        progress(`round ${round + 1} of ${rounds}: ${name}`)
        // Lets Ctrl-C in.
        await new Promise(setImmediate)
        signal.throwIfAborted()
        const whole = microseconds(records, (record) => write(normalizer, record))
        const least = texts === undefined ? Number.NaN : microseconds(texts, readAndWrite)
        if (round < 0) continue
        figures[index]!.whole.push(whole)
        figures[index]!.least.push(least)
      }
    }
    return {
      setting: `each line of each format's typical fixture, in turn; medians of ${rounds} rounds of ${roundMs} ms`,
      programs: ['Millrace', 'parse + stringify', 'ratio'],
      measures: cases.map(({ name }, index) => {
        const whole = median(figures[index]!.whole)
        const least = median(figures[index]!.least)
        return { name, unit: 'µs', values: [whole, least, whole / least] }
      }),
      caveats: [
        'Millrace: bytes of the record to text, JSON.parse, recognize, normalize, document as JSON text, and that as bytes.',
        'pino and ecs: lines of keys that were seen before, as most lines are, go from text to JSON text by plan; of these lines all but one (a key twice).',
        'parse + stringify: the same bytes to text, JSON.parse, JSON.stringify, and that as bytes; no figure for lines that are no JSON.',
        'Bytes are written as UTF-8 into memory that is there already. The document is longer than the line, up to five times.',
        'Processor time of the process, so that other work on the machine counts less.',
      ],
    }
  },
}

function typicalCase(name: string): Case {
  const records = typicalRecords(name)
  const lines = records.map(({ value }) => Buffer.from(value!))
  // Every record of a topic has a time.
  const timed = records.map((record) => Object.assign(record, { timestampMs: receivedAtMs - 20 }))
  return { name, records: timed, texts: lines.every(isJson) ? lines : undefined }
}

/** As the transport ships its lines: an id as key, and a header that names the format. */
function namedCase(format: string): Case {
  const header = { v: 1, format, 'service.name': 'shop', 'host.name': 'node-1', dataset: 'shop' }
  const millrace = Buffer.from(JSON.stringify(header))
  const { records, texts } = typicalCase(format)
  const key = Buffer.from('06dfk3a4c0000000-00000009')
  return {
    name: `${format}, named by a header`,
    records: records.map((record) => Object.assign(record, { key, headers: { millrace } })),
    texts,
  }
}

function isJson(line: Buffer): boolean {
  try {
    return typeof JSON.parse(line.toString()) === 'object'
  } catch {
    return false
  }
}

/** Both programs end where the indexer does: with bytes in the body of a request, whose memory was there before. */
const body = Buffer.alloc(1 << 20)

function write(normalizer: RecordNormalizer, record: SourceRecord): number {
  let bytes = 0
  for (const { documentText } of normalizer.normalize(record, receivedAtMs).events) {
    bytes += body.write(documentText)
  }
  return bytes
}

function readAndWrite(line: Buffer): number {
  return body.write(JSON.stringify(JSON.parse(line.toString())))
}

/** Of processor time for each of `items`, over as many turns as fill a round. */
function microseconds<Item>(items: readonly Item[], work: (item: Item) => number): number {
  const start = process.cpuUsage()
  let used = 0
  let turns = 0
  let bytes = 0
  while (used < roundMs * 1000) {
    for (let turn = 0; turn < 20; turn++) for (const item of items) bytes += work(item)
    turns += 20
    const { user, system } = process.cpuUsage(start)
    used = user + system
  }
  if (bytes === 0) throw new Error('the lines became nothing')
  return used / turns / items.length
}
