// `npm run fuzz`: records made to break the normalizer, until time is up or one does.
import { parseArgs, styleText } from 'node:util'
import { RecordNormalizer } from '@millrace/formats'
import { errorText, systemClock, systemRandom } from '@millrace/foundation'
import { startLocalStack } from '@millrace/local-stack'
import * as fc from 'fast-check'
import { checkRecord } from './checks.ts'
import { IndexCheck } from './index-check.ts'
import { type FuzzRecord, fuzzRecord } from './records.ts'

const help = `npm run fuzz -- [--seconds S] [--seed N] [--elasticsearch URL | --no-elasticsearch]

  --seconds S          how long; 60 without it
  --documents N        until so many documents were checked, however long that takes
  --seed N             the same records again; a new seed without it
  --elasticsearch URL  an Elasticsearch that runs; without it one is started, and ended afterwards
  --no-elasticsearch   the normalizer and the strict checker alone

Every record must become its events or one reason why not, every document must fit the template, and Elasticsearch must take
it. The first record that fails ends the run with exit code 1; its line and the seed are printed.
`

/** Records of one round; one call of the generator and about one bulk request. */
const roundSize = 500
const failed = 1
const wrongUse = 2

interface Options {
  seconds: number
  documents: number
  seed: number
  url: string | undefined
  isAlone: boolean
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      documents: { type: 'string' },
      seed: { type: 'string' },
      elasticsearch: { type: 'string' },
      'no-elasticsearch': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const documents = wholeNumber('--documents', values.documents) ?? Number.POSITIVE_INFINITY
  const isCounted = values.documents !== undefined
  return {
    seconds:
      wholeNumber('--seconds', values.seconds) ?? (isCounted ? Number.POSITIVE_INFINITY : 60),
    documents,
    seed: wholeNumber('--seed', values.seed) ?? Math.floor(systemRandom.next() * 2 ** 31),
    url: values.elasticsearch,
    isAlone: values['no-elasticsearch'],
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw new TypeError(`${name} must be a whole number, got "${text}"`)
  return Number(text)
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[2K${styleText('dim', text)}`)
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[2K')
  process.stderr.write(`${text}\n`)
}

interface Failure {
  record: FuzzRecord
  problems: string[]
}

class Fuzzer {
  readonly #options: Options
  readonly #dataset = `fuzz_${Buffer.from(systemRandom.bytes(5)).toString('hex')}`
  readonly #normalizer = new RecordNormalizer({
    clusterId: this.#dataset,
    dataset: this.#dataset,
    // Hardly a line is like another here: it is not for their speed that plans are made.
    plans: { lessonsAtFirst: 1e9 },
  })
  readonly #index: IndexCheck | undefined
  records = 0
  documents = 0
  formats = new Map<string, number>()

  constructor(options: Options, url: string | undefined) {
    this.#options = options
    this.#index =
      url === undefined ? undefined : new IndexCheck(url, `logs-${this.#dataset}-default`)
  }

  /** The first failure, or undefined when time is up. */
  async run(signal: AbortSignal): Promise<Failure | undefined> {
    const { seconds, documents, seed } = this.#options
    const endMs = systemClock.monotonicMs() + seconds * 1000
    await this.#index?.open()
    try {
      for (let round = 0; !signal.aborted; round++) {
        const leftMs = endMs - systemClock.monotonicMs()
        if (leftMs <= 0 || this.documents >= documents) break
        const failure = await this.#round(seed + round)
        if (failure !== undefined) return failure
        const left = Number.isFinite(leftMs) ? `, ${Math.ceil(leftMs / 1000)} s left` : ''
        progress(`seed ${seed}: ${this.records} records, ${this.documents} documents${left}`)
      }
      return undefined
    } finally {
      await this.#index?.close()
    }
  }

  async #round(seed: number): Promise<Failure | undefined> {
    const records = fc.sample(fuzzRecord, { numRuns: roundSize, seed })
    const events = []
    const sources: FuzzRecord[] = []
    for (const record of records) {
      const at = { topic: 'fuzz', offset: this.records++, receivedAtMs: systemClock.now() }
      const checked = checkRecord(this.#normalizer, record, at)
      if (checked.problems.length > 0) return { record, problems: checked.problems }
      for (const event of checked.events) {
        events.push(event)
        sources.push(record)
        const { format } = event.document['millrace'] as { format: string }
        this.formats.set(format, (this.formats.get(format) ?? 0) + 1)
      }
    }
    this.documents += events.length
    const refused = await this.#index?.refusals(events)
    const [first] = refused ?? []
    if (first === undefined) return undefined
    return { record: sources[first[0]]!, problems: [`Elasticsearch refused it: ${first[1]}`] }
  }
}

function report({ record, problems }: Failure, seed: number): string {
  const { bytes, headers } = record
  const explained = JSON.stringify({
    valueBase64: Buffer.from(bytes).toString('base64'),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString()]),
    ),
  })
  return [
    `Seed ${seed} found a record that fails:`,
    ...problems.slice(0, 10).map((problem) => `  ${problem.slice(0, 2000)}`),
    '',
    `Its bytes, as text: ${JSON.stringify(Buffer.from(bytes).toString()).slice(0, 2000)}`,
    '',
    'See its document:',
    `  echo '${explained.replaceAll("'", String.raw`'\''`)}' | npm run -s millrace -- explain --records`,
    `The same run again: npm run fuzz -- --seed ${seed}`,
  ].join('\n')
}

async function main(): Promise<number> {
  const options = readOptions()
  if (options === undefined) {
    process.stdout.write(help)
    return 0
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const { seed, isAlone } = options
  const startsStack = !isAlone && options.url === undefined
  const stack = startsStack
    ? await startLocalStack({ kafka: false, onProgress: progress, signal: stop.signal })
    : undefined
  try {
    const url = isAlone ? undefined : (options.url ?? stack?.endpoints.elasticsearch)
    const fuzzer = new Fuzzer(options, url)
    const failure = await fuzzer.run(stop.signal)
    if (failure !== undefined) {
      say(report(failure, seed))
      return failed
    }
    const formats = [...fuzzer.formats].sort(([, left], [, right]) => right - left)
    const checked = url === undefined ? 'fit the template' : 'were taken by Elasticsearch'
    say(
      `Seed ${seed}: ${fuzzer.records} records became ${fuzzer.documents} documents; all ${checked}.`,
    )
    say(`Read as ${formats.map(([name, count]) => `${name} ${count}`).join(', ')}.`)
    return stop.signal.aborted ? 130 : 0
  } finally {
    await stack?.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  say(`millrace: ${errorText(error)}`)
  process.exitCode = error instanceof TypeError ? wrongUse : failed
}
