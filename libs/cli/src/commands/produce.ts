// `millrace produce`: lines from standard input into a topic, as any plain producer would write them.
import { backoffDelayMs, PublishError } from '@millrace/foundation'
import { FormatList } from '@millrace/formats'
import { createProducer, type OutgoingRecord, type Producer } from '@millrace/kafka'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError, exitCodes } from '../exit-code.ts'
import { formatNameProblem } from '../format-name.ts'
import { lineBytesMaxDefault, readLines } from '../lines.ts'
import { nameValue, topicOption, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { kafkaPlace, ownFormats } from '../settings.ts'

interface ProduceOptions extends GlobalOptions {
  topic?: string
  key?: string
  header?: Record<string, string>
  format?: string
  timeout: number
}

const batchRecordsMax = 500
const batchBytesMax = 256 * 1024
const prompt = '> '

export function addProduce({ program, context, end }: Registration): void {
  program
    .command('produce')
    .description('publish lines from standard input to a topic, one record each')
    .addOption(topicOption('the topic'))
    .option('--key <text>', 'key of each record')
    .option('--header <name=value>', 'a record header; may be given several times', nameValue)
    .option(
      '--format <name>',
      'the same as --header format=<name>: how the indexer reads the lines',
    )
    .option('--timeout <seconds>', 'how long to try while Kafka is away', wholeNumber(1, 3600), 30)
    .addHelpText(
      'after',
      `
On a terminal each line is published when you press Enter; Ctrl-D ends. Records are acknowledged by all
in-sync replicas (acks=all). Each batch of lines goes to one partition, whatever the key.

Examples:
  millrace produce --topic quick
  millrace produce --format nginx < access.log`,
    )
    .action(async (_options: unknown, command: Command) => {
      const isFinished = await produce(context, command.optsWithGlobals<ProduceOptions>())
      if (!isFinished) end(exitCodes.interrupted)
    })
}

async function produce(context: CommandContext, options: ProduceOptions): Promise<boolean> {
  const { stdin, output, signal } = context
  const { connection, topic } = kafkaPlace(context, options)
  await noteUnknownFormat(context, options)
  const producer = createProducer(connection)
  const publisher = new Publisher(producer, context, { topic, timeoutMs: options.timeout * 1000 })
  const isInteractive = stdin.isTTY === true
  const stop = (): void => void stdin.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (isInteractive) output.prompt(prompt)
    for await (const lines of readLines(stdin)) {
      for (const line of lines) await publisher.add(recordOf(line, options))
      await publisher.send()
      if (signal.aborted) break
      if (isInteractive) output.prompt(prompt)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await producer.close()
    if (isInteractive) output.note('')
    await publisher.report(options.json === true)
  }
  // Ctrl-C is how a person ends typing.
  return isInteractive || !signal.aborted
}

/** Only a note: the indexer that will read the lines may have formats that this machine lacks. */
async function noteUnknownFormat(
  context: CommandContext,
  { format, header }: ProduceOptions,
): Promise<void> {
  const name = format ?? header?.['format']
  if (name === undefined) return
  const problem = formatNameProblem(name, new FormatList(await ownFormats(context)))
  if (problem !== undefined) context.output.note(`millrace: note: ${problem}`)
}

function recordOf(
  line: Buffer | undefined,
  { key, header, format }: ProduceOptions,
): OutgoingRecord {
  if (line === undefined) {
    throw new CommandError(`a line has more than ${lineBytesMaxDefault} bytes; no topic takes it`)
  }
  const headers = { ...header, ...(format === undefined ? {} : { format }) }
  return { key: key ?? null, value: line, ...(Object.keys(headers).length > 0 ? { headers } : {}) }
}

/** Collects up to one batch, publishes it, and tries again while that can help. */
class Publisher {
  readonly #producer: Producer
  readonly #context: CommandContext
  readonly #options: { topic: string; timeoutMs: number }
  #records: OutgoingRecord[] = []
  #bytes = 0
  #published = 0
  readonly #partitions = new Set<number>()

  constructor(
    producer: Producer,
    context: CommandContext,
    options: { topic: string; timeoutMs: number },
  ) {
    this.#producer = producer
    this.#context = context
    this.#options = options
  }

  async add(record: OutgoingRecord): Promise<void> {
    this.#records.push(record)
    this.#bytes += record.value?.length ?? 0
    if (this.#records.length >= batchRecordsMax || this.#bytes >= batchBytesMax) await this.send()
  }

  async send(): Promise<void> {
    if (this.#records.length === 0) return
    const records = this.#records
    this.#records = []
    this.#bytes = 0
    const { partition } = await this.#publish(records)
    this.#partitions.add(partition)
    this.#published += records.length
  }

  async report(isJson: boolean): Promise<void> {
    const { output } = this.#context
    const { topic } = this.#options
    const partitions = [...this.#partitions].toSorted((left, right) => left - right)
    if (isJson) return output.json({ topic, published: this.#published, partitions })
    const records = this.#published === 1 ? '1 record' : `${this.#published} records`
    const where =
      partitions.length === 0
        ? ''
        : `, partition${partitions.length > 1 ? 's' : ''} ${partitions.join(', ')}`
    output.note(`Published ${records} to topic ${topic}${where}.`)
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<{ partition: number }> {
    const { clock, random, signal, output } = this.#context
    const { topic, timeoutMs } = this.#options
    const endAtMs = clock.monotonicMs() + timeoutMs
    for (let attempt = 1; ; attempt++) {
      try {
        return await output.during(
          'Publishing',
          this.#producer.publish({ topic, records, compression: 'none' }),
        )
      } catch (error) {
        const waitMs = backoffDelayMs(attempt, { initialMs: 200, maxMs: 2000 }, random)
        const mayRetry =
          error instanceof PublishError && error.retryable && !isUnknownTopic(error, attempt)
        if (!mayRetry || signal.aborted || clock.monotonicMs() + waitMs > endAtMs) throw error
        await clock.sleep(waitMs, signal)
      }
    }
  }
}

/** A topic that is not there after a few tries will not come by itself. */
function isUnknownTopic(error: PublishError, attempt: number): boolean {
  return error.context['reason'] === 'unknown-topic' && attempt >= 3
}
