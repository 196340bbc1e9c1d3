// Bulk request: events become lines of a bulk body, and items side by side one body.
import type { ByteWriter, Frame, PlannedLine } from '@millrace/formats'
import type { BodyChunk } from './bulk-bodies.mts'

/** What of an event goes on the wire. */
export interface Indexable {
  readonly id: string
  readonly dataStream: string
  readonly document: object
  /** `document` as JSON, where its maker has a quicker way to it than JSON.stringify. */
  readonly documentText?: string
}

/** Where an event stands in a bulk body: action line and document line, each with its newline. */
export interface EncodedItem {
  readonly chunk: BodyChunk
  readonly start: number
  readonly bytes: number
}

/**
 * One event with op type `create`: data streams take no other, and a second `create` of the same id is answered
 * with 409 instead of a second document (Elasticsearch bulk API).
 */
export function bulkLines(event: Indexable): string {
  const action = `{"create":{"_index":${JSON.stringify(event.dataStream)},"_id":${JSON.stringify(event.id)}}}`
  return `${action}\n${event.documentText ?? JSON.stringify(event.document)}\n`
}

const utf8BytesPerUnit = 3

/** Appends lines; the text is written as UTF-8. */
export function writeLines(target: ByteWriter, lines: string): void {
  target.reserve(lines.length * utf8BytesPerUnit)
  target.length += target.bytes.write(lines, target.length)
}

const afterId = Buffer.from('"}}\n')
const newline = Buffer.from('\n')

/** What stands around ids and documents of one data stream. */
let around: { dataStream: string; frame: Frame } | undefined

/** The same lines as `bulkLines` has, without a text in between. Ids of planned lines need no escape. */
export function writePlanned(target: ByteWriter, line: PlannedLine): void {
  const { dataStream } = line
  if (around?.dataStream !== dataStream) {
    const before = Buffer.from(`{"create":{"_index":${JSON.stringify(dataStream)},"_id":"`)
    around = { dataStream, frame: { before, between: afterId, after: newline } }
  }
  line.writeFramed(target, around.frame)
}

/** The whole body; its last byte is a newline, as the bulk API demands. Items side by side are sent from where they lie. */
export function buildBulkBody(items: readonly EncodedItem[]): Buffer {
  let bytes = 0
  let isSideBySide = true
  let before: EncodedItem | undefined
  for (const item of items) {
    bytes += item.bytes
    if (before !== undefined && !follows(before, item)) isSideBySide = false
    before = item
  }
  const first = items[0]
  if (first === undefined) return Buffer.alloc(0)
  if (isSideBySide) return first.chunk.bytes.subarray(first.start, first.start + bytes)
  const body = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const { chunk, start, bytes: length } of items) {
    at += chunk.bytes.copy(body, at, start, start + length)
  }
  return body
}

function follows(before: EncodedItem, item: EncodedItem): boolean {
  return item.chunk === before.chunk && item.start === before.start + before.bytes
}
