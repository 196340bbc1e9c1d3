// The events of one record: detection picks a format, the format writes one draft or several.
import type { TimestampOptions } from '@millrace/ecs'
import { readLine } from './detect.ts'
import { Draft } from './draft.ts'
import { builtIn, type Detection, type FormatList } from './format-list.ts'
import type { FormatContext, Line, LogFormat } from './format.ts'

/** Envelopes within envelopes; deeper ones are plain text. */
export const envelopesMax = 4

export class EventWriter implements FormatContext {
  /** The line that is being read: of nested ones, the innermost. */
  line: Line
  drafts: Draft[] = []
  /** The innermost format: the one that read the message itself. */
  formatName = ''
  readonly #times: TimestampOptions
  readonly #formats: FormatList
  readonly #isTraced: boolean
  /** The formats that read it, outermost first; only when traced. */
  readonly layers: string[] = []
  #outer: Detection | undefined
  #depth = 0
  /** The format that is at work. */
  #current = ''

  constructor(
    line: Line,
    times: TimestampOptions,
    { formats = builtIn, isTraced = false }: { formats?: FormatList; isTraced?: boolean } = {},
  ) {
    this.line = line
    this.#times = times
    this.#formats = formats
    this.#isTraced = isTraced
  }

  /** Reads the record's line, with the format that the record names if that can read it. */
  write(named: LogFormat | undefined): void {
    const detection = this.#formats.detect(this.line, named)
    this.#outer = detection
    this.#normalize(detection, this.line, this.nextEvent())
  }

  detection(): { format: string; by: Detection['by'] } {
    return { format: this.formatName, by: this.#outer?.by ?? 'signature' }
  }

  /** The name of the format that reads the record as a whole. */
  get outerName(): string {
    return this.#outer?.format.name ?? ''
  }

  nextEvent(): Draft {
    const draft = new Draft(this.#times)
    if (this.#isTraced) draft.origins = []
    draft.formatName = this.#current
    this.drafts.push(draft)
    return draft
  }

  discard(draft: Draft): void {
    this.drafts = this.drafts.filter((kept) => kept !== draft)
  }

  unwrap(text: string, draft: Draft): void {
    this.#depth++
    const line = readLine(text)
    const isTooDeep = this.#depth > envelopesMax
    const named = isTooDeep ? this.#formats.find('text') : undefined
    this.#normalize(this.#formats.detect(line, named), line, draft)
    this.#depth--
  }

  tryUnwrap(text: string, draft: Draft): boolean {
    if (this.#depth >= envelopesMax) return false
    const line = readLine(text)
    const detection = this.#formats.detect(line)
    if (detection.format.name === 'text') return false
    this.#depth++
    this.#normalize(detection, line, draft)
    this.#depth--
    return true
  }

  #normalize({ format, parsed }: Detection, line: Line, draft: Draft): void {
    const outer = this.line
    this.line = line
    if (line.json !== undefined) {
      draft.source = line.json.object
      if (!line.json.isComplete) draft.keepsOriginal = true
    }
    // The draft's is set before, so that an envelope's inner format, which writes later, is the one that stays.
    const outerName = this.#current
    this.#current = format.name
    this.formatName = format.name
    draft.formatName = format.name
    if (this.#isTraced) this.layers.push(format.name)
    format.normalize(parsed, draft, this)
    this.line = outer
    this.#current = outerName
  }
}
