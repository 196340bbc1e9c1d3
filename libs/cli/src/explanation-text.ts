// `explain --verbose`: what recognized a line, and where each field of its document came from, as a person reads it.
import {
  explainFields,
  explainRecognition,
  type FormatList,
  type NormalizeTrace,
} from '@millrace/formats'
import type { Output } from './output.ts'
import { shortened, singleLine } from './terminal-text.ts'

export interface ExplainedLine {
  /** From 1. */
  line: number
  /** Which of the line's events, from 0. */
  event: number
  /** The document as JSON text. */
  document: string
}

export interface ExplanationParts {
  trace: NormalizeTrace
  formats: FormatList
  style: Output['style']
}

const valueCharactersMax = 60

/** A head that names the format and why, one line for each field, and the document as it would be indexed. */
export function explanationText(
  { line, event, document }: ExplainedLine,
  { trace, formats, style }: ExplanationParts,
): string {
  const fields = explainFields(JSON.parse(document) as object, trace.origins?.[event])
  const rows = fields.map(({ path, value, origin }) => [
    singleLine(path),
    shortened(singleLine(value), valueCharactersMax),
    singleLine(origin),
  ])
  const pathWidth = Math.max(...rows.map(([path]) => path!.length))
  const valueWidth = Math.max(...rows.map(([, value]) => value!.length))
  const table = rows.map(
    ([path, value, origin]) =>
      `  ${style('cyan', path!.padEnd(pathWidth))}  ${value!.padEnd(valueWidth)}  ${style('gray', origin!)}\n`,
  )
  const { layers, why } = explainRecognition(trace, formats, 'the record or by --format')
  const names = layers.map((name) => style('green', name)).join(', around ')
  return `${style('bold', `line ${line}`)}: ${names} (${why})\n${table.join('')}${document}`
}
