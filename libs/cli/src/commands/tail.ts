// `millrace tail`: what services log, in one readable form, straight from the topic.
import {
  createDocumentFilter,
  type LogLevel,
  logLevels,
  type ReadDocument as Document,
  textAt,
} from '@millrace/ecs'
import { errorText } from '@millrace/foundation'
import { RecordNormalizer } from '@millrace/formats'
import { createAdministration, type KafkaRecord, type KafkaSettings } from '@millrace/kafka'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { documentText } from '../document-text.ts'
import { namesOption, oneOf, topicOption, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { dataStreamDefaults, kafkaPlace, ownFormats } from '../settings.ts'
import { singleLine } from '../terminal-text.ts'
import { readTopic } from '../topic-reader.ts'
import { missingTopic } from './topic.ts'

interface TailOptions extends GlobalOptions {
  topic?: string
  fromBeginning?: boolean
  follow: boolean
  service?: string[]
  level?: LogLevel
  grep?: string
  max?: number
}

/** Lines of several partitions are put into order of time while they wait so long for each other. */
const orderWindowMs = 150
const waitingMax = 5_000

export function addTail({ program, context }: Registration): void {
  program
    .command('tail')
    .description('readable lines of all services, as they arrive in the topic')
    .addOption(topicOption('the topic'))
    .option('--from-beginning', 'begin with the oldest record that the topic still has')
    .option('--no-follow', 'end at the records that are there now; begins with the oldest')
    .option('--service <name>', 'only this service; may be given several times', namesOption)
    .option('--level <level>', `this level and above: ${logLevels.join(', ')}`, oneOf(logLevels))
    .option('--grep <text>', 'only lines that contain the text, in any case of letters')
    .option('--max <n>', 'end after so many lines', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText(
      'after',
      `
With --json each document is one line of JSON, as the indexer would write it. Reading disturbs nobody: no
offset is committed, and no group of indexers is joined. Ctrl-C ends.

Examples:
  millrace tail --service orders,payments --level warn
  millrace tail --from-beginning --grep ord_9f2c --max 20
  millrace tail --no-follow --json | jq .message`,
    )
    .action((_options: unknown, command: Command) =>
      tail(context, command.optsWithGlobals<TailOptions>()),
    )
}

async function tail(context: CommandContext, options: TailOptions): Promise<void> {
  const { output } = context
  const { connection, topic } = kafkaPlace(context, options)
  const place = await output.during('Asking Kafka', lookUp(connection, topic))
  if (place === undefined) throw missingTopic(topic)
  const isFollowing = options.follow
  const end = isFollowing ? undefined : new EndOfTopic(place.offsets)
  if (end?.isReached === true) return
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  const printer = new Printer(context, options, () => stop.abort())
  const normalizer = new RecordNormalizer({
    clusterId: place.clusterId,
    formats: await ownFormats(context),
    ...dataStreamDefaults(context),
  })
  const trouble = new Set<string>()
  await readTopic(
    {
      connection,
      topic,
      from: options.fromBeginning === true || !isFollowing ? 'earliest' : 'latest',
      onRecords: async (records) => {
        const wanted = end === undefined ? records : end.take(records)
        for (const record of wanted) await printer.add(normalizer, record)
        if (end?.isReached === true) {
          await printer.print()
          stop.abort()
        }
      },
      onReading: (partitions) => {
        if (output.isTerminal && isFollowing) {
          output.note(`Reading topic ${topic}, ${partitions} partitions; Ctrl-C ends.`)
        }
      },
      onTrouble: (error) => {
        const text = errorText(error)
        if (trouble.has(text) || trouble.size > 20) return
        trouble.add(text)
        output.note(`millrace: ${text}; trying again`)
      },
    },
    context,
    signal,
  )
  await printer.print()
}

async function lookUp(
  connection: KafkaSettings,
  topic: string,
): Promise<
  { clusterId: string; offsets: { partition: number; low: number; high: number }[] } | undefined
> {
  const administration = createAdministration(connection)
  try {
    if ((await administration.describeTopic(topic)) === undefined) return undefined
    return {
      clusterId: await administration.clusterId(),
      offsets: await administration.topicOffsets(topic),
    }
  } finally {
    await administration.close()
  }
}

/** Knows where each partition ended when the command began. */
class EndOfTopic {
  readonly #ends = new Map<number, number>()

  constructor(offsets: readonly { partition: number; low: number; high: number }[]) {
    for (const { partition, low, high } of offsets) if (high > low) this.#ends.set(partition, high)
  }

  get isReached(): boolean {
    return this.#ends.size === 0
  }

  /** The records that were there; what came later is left out. */
  take(records: readonly KafkaRecord[]): readonly KafkaRecord[] {
    const last = records.at(-1)
    const end = last === undefined ? undefined : this.#ends.get(last.partition)
    if (last === undefined || end === undefined) return []
    if (last.offset + 1 >= end) this.#ends.delete(last.partition)
    return records.filter(({ offset }) => offset < end)
  }
}

interface WaitingLine {
  time: string
  text: string
}

/** Filters, orders by time within a short window, and prints. */
class Printer {
  readonly #context: CommandContext
  readonly #options: TailOptions
  readonly #isWanted: (document: Document) => boolean
  readonly #onMax: () => void
  #left: number
  #waiting: WaitingLine[] = []
  #timer: { cancel(): void } | undefined
  #printing: Promise<void> = Promise.resolve()

  constructor(context: CommandContext, options: TailOptions, onMax: () => void) {
    this.#context = context
    this.#options = options
    this.#onMax = onMax
    this.#left = options.max ?? Infinity
    const { service, level, grep } = options
    this.#isWanted = createDocumentFilter({
      ...(service === undefined ? {} : { services: service }),
      ...(level === undefined ? {} : { level }),
      ...(grep === undefined ? {} : { grep }),
    })
  }

  async add(normalizer: RecordNormalizer, record: KafkaRecord): Promise<void> {
    const { clock, output } = this.#context
    const { events, rejections } = normalizer.normalize(record, clock.now())
    for (const event of events) {
      const document = event.document as unknown as Document
      if (!this.#isWanted(document)) continue
      const text =
        this.#options.json === true
          ? `${JSON.stringify(document)}\n`
          : documentText(document, {
              nowMs: clock.now(),
              style: (style, plain) => output.style(style, plain),
            })
      this.#waiting.push({ time: textAt(document, '@timestamp') ?? '', text })
    }
    for (const { reason, code } of rejections) {
      const place = `partition ${record.partition} offset ${record.offset}`
      output.note(`millrace: ${place} becomes a dead letter: ${singleLine(reason)} (${code})`)
    }
    if (this.#waiting.length >= waitingMax || this.#waiting.length >= this.#left) {
      await this.print()
    } else if (this.#waiting.length > 0) {
      this.#timer ??= clock.setTimer(orderWindowMs, () => void this.print())
    }
  }

  /** Prints what waits. */
  print(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const waiting = this.#waiting.toSorted((one, other) => compare(one.time, other.time))
    this.#waiting = []
    const lines = waiting.slice(0, this.#left)
    this.#left -= lines.length
    this.#printing = this.#write(this.#printing, lines, this.#left === 0)
    return this.#printing
  }

  async #write(before: Promise<void>, lines: WaitingLine[], isLast: boolean): Promise<void> {
    await before
    await this.#context.output.write(lines.map(({ text }) => text).join(''))
    if (isLast) this.#onMax()
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
