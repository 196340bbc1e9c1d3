// Bulk request: events become the NDJSON body of one `_bulk` call.

/** What of an event goes on the wire. */
export interface Indexable {
  readonly id: string
  readonly dataStream: string
  readonly document: object
  /** `document` as JSON, where its maker has a quicker way to it than JSON.stringify. */
  readonly documentText?: string
}

/** An event as it stands in a bulk body: action line and document line, each with its newline. */
export interface EncodedItem {
  readonly text: string
  /** Of the text in UTF-8. */
  readonly bytes: number
}

/**
 * Encodes one event with op type `create`: data streams take no other, and a second `create` of the
 * same id is answered with 409 instead of a second document (Elasticsearch bulk API).
 */
export function encodeBulkItem(event: Indexable): EncodedItem {
  const action = `{"create":{"_index":${JSON.stringify(event.dataStream)},"_id":${JSON.stringify(event.id)}}}`
  const text = `${action}\n${event.documentText ?? JSON.stringify(event.document)}\n`
  return { text, bytes: Buffer.byteLength(text) }
}

/** The whole body; its last byte is a newline, as the bulk API demands. */
export function buildBulkBody(items: readonly EncodedItem[]): Buffer {
  let bytes = 0
  for (const item of items) bytes += item.bytes
  const body = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const item of items) at += body.write(item.text, at)
  return body
}
