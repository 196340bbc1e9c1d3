// `millrace explain`: what any line becomes, by the same code that the indexer runs.
import { type Rejection, errorText } from '@millrace/foundation'
import { defaultTopic } from '@millrace/envelope'
import {
  FormatList,
  type NormalizeOutcome,
  type NormalizeTrace,
  RecordNormalizer,
  type SourceRecord,
} from '@millrace/formats'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { describedRecord } from '../explain-record.ts'
import { exitCodes, UsageError } from '../exit-code.ts'
import { explanationText } from '../explanation-text.ts'
import { formatNameProblem } from '../format-name.ts'
import { lineBytesMaxDefault, readLines } from '../lines.ts'
import type { Output } from '../output.ts'
import type { Registration } from '../program.ts'
import { dataStreamDefaults, ownFormats } from '../settings.ts'
import { singleLine } from '../terminal-text.ts'

interface ExplainOptions extends GlobalOptions {
  format?: string
  records?: boolean
  timeZone?: string
  verbose?: boolean
}

/** Text that is collected before it is written. */
const chunkCharacters = 64 * 1024

export function addExplain({ program, context, end }: Registration): void {
  program
    .command('explain')
    .description('read raw lines from standard input, write the documents that they become')
    .option('--format <name>', 'the format of the lines (default: recognized by their content)')
    .option('--records', 'read Kafka records as JSON, one per line, and answer each with one line')
    .option('--time-zone <name>', 'zone of times that name none, for example Europe/Berlin (UTC)')
    .option('-v, --verbose', 'for people: what recognized a line, where each field came from')
    .addHelpText(
      'after',
      `
Each line becomes one document per event (NDJSON, same order). A line that the indexer would put into the
dead-letter topic is named on standard error with the reason. Formats of your own: MILLRACE_FORMATS.

With --records a line is {"value"|"valueBase64", "headers"?: {…}, "timestamp"?: ms, "receivedAt"?: ISO time}
(also "key", "topic", "partition", "offset"), and is answered with {"documents":[…],"deadLetters":[{"reason":…}]}.

Examples:
  kubectl logs deploy/orders | millrace explain
  echo '{"value":"GET / 200","receivedAt":"2026-01-02T03:04:05.678Z"}' | millrace explain --records`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExplainOptions>()
      const finished = await explain(context, options)
      if (!finished) end(context.output.isReaderGone ? exitCodes.well : exitCodes.interrupted)
    })
}

/** False when it was ended before the input was. */
async function explain(context: CommandContext, options: ExplainOptions): Promise<boolean> {
  const { stdin, output, signal } = context
  if (options.verbose === true && options.records === true) {
    throw new UsageError('--verbose is for people and --records for programs; give one of them')
  }
  const formats = new FormatList(await ownFormats(context))
  const problem =
    options.format === undefined ? undefined : formatNameProblem(options.format, formats)
  if (problem !== undefined) throw new UsageError(`--format: ${problem}`)
  const explainer = new Explainer(context, options, formats)
  if (stdin.isTTY === true) output.note('Type or paste lines; Ctrl-D ends.')
  const stop = (): void => void stdin.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const lines of readLines(stdin)) {
      let text = ''
      for (const line of lines) {
        text += options.records === true ? explainer.answer(line) : explainer.documents(line)
        if (text.length < chunkCharacters) continue
        await output.write(text)
        text = ''
      }
      await output.write(text)
      if (signal.aborted) break
    }
  } catch (error) {
    // Reading ends with an error when it is ended from here.
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return !signal.aborted
}

class Explainer {
  readonly #context: CommandContext
  readonly #normalizer: RecordNormalizer
  readonly #format: string | undefined
  readonly #formats: FormatList
  readonly #isVerbose: boolean
  #lines = 0

  constructor(context: CommandContext, options: ExplainOptions, formats: FormatList) {
    this.#context = context
    this.#format = options.format
    this.#formats = formats
    this.#isVerbose = options.verbose === true
    const timeZone = options.timeZone ?? context.environment['MILLRACE_INDEXER_TIME_ZONE']
    this.#normalizer = new RecordNormalizer({
      clusterId: 'explain',
      formats: formats.own,
      ...dataStreamDefaults(context),
      ...(timeZone === undefined || timeZone === '' ? {} : { timeZone }),
    })
  }

  /** The line's documents, one per line of text. Rejections go to standard error. */
  documents(line: Buffer | undefined): string {
    const offset = this.#lines++
    if (line === undefined) return this.#noteRejection(tooLong())
    const nowMs = this.#context.clock.now()
    const trace: NormalizeTrace | undefined = this.#isVerbose ? {} : undefined
    const { text, rejections } = this.#normalize(
      {
        topic: defaultTopic,
        partition: 0,
        offset,
        key: null,
        value: line,
        headers: {},
      },
      nowMs,
      trace,
    )
    for (const rejection of rejections) this.#noteRejection(rejection)
    const lines = text.map((document) => `${document}\n`)
    if (trace === undefined) return lines.join('')
    const { output } = this.#context
    const style: Output['style'] = (name, styled) => output.style(name, styled)
    return lines
      .map((document, event) =>
        explanationText(
          { line: offset + 1, event, document },
          { trace, formats: this.#formats, style },
        ),
      )
      .join('')
  }

  /** One line of text for one line of JSON, whatever it holds. */
  answer(line: Buffer | undefined): string {
    const offset = this.#lines++
    if (line === undefined) return answerText([], [tooLong()])
    const described = describedRecord(line, { topic: defaultTopic, offset })
    if (!described.ok) return answerText([], [described])
    const { record, receivedAtMs = this.#context.clock.now() } = described.value
    const { text, rejections } = this.#normalize(record, receivedAtMs)
    return answerText(text, rejections)
  }

  #normalize(
    record: SourceRecord,
    receivedAtMs: number,
    trace?: NormalizeTrace,
  ): { text: string[]; rejections: readonly Rejection[] } {
    const { headers } = record
    const format = this.#format
    const named =
      format === undefined || headers['format'] !== undefined
        ? record
        : { ...record, headers: { ...headers, format: Buffer.from(format) } }
    try {
      const outcome: NormalizeOutcome = this.#normalizer.normalize(named, receivedAtMs, trace)
      const text = outcome.events.map(({ document }) => jsonLine(document))
      return { text, rejections: outcome.rejections }
    } catch (error) {
      const reason = `the line could not be normalized: ${errorText(error)}`
      return { text: [], rejections: [{ ok: false, code: 'MILLRACE_NORMALIZE_FAILED', reason }] }
    }
  }

  #noteRejection({ code, reason }: Rejection): string {
    const { output } = this.#context
    output.note(
      `millrace: line ${this.#lines} becomes a dead letter: ${singleLine(reason)} (${code})`,
    )
    return ''
  }
}

/** JSON on one line, for readers too that take U+0085, U+2028 and U+2029 for line ends. */
function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}

function answerText(
  documents: readonly string[],
  rejections: readonly { reason: string; code?: string }[],
): string {
  const deadLetters = rejections.map(({ reason, code }) => ({ reason, code }))
  return `{"documents":[${documents.join(',')}],"deadLetters":${jsonLine(deadLetters)}}\n`
}

function tooLong(): Rejection {
  const reason = `the line has more than ${lineBytesMaxDefault} bytes`
  return { ok: false, code: 'MILLRACE_NORMALIZE_FAILED', reason }
}
