// The data stream's name: what a producer calls its dataset, made fit for Elasticsearch.

/** Elastic's data stream naming scheme: dataset and namespace have at most 100 bytes each. */
const partBytesMax = 100
/** Refused in index names, plus `-`, which separates the parts, and blanks and control characters. */
const refused = /[\\/*?"<>|,#:\-\s\u0000-\u001f\u007f-\u009f]/g

/** Lower case, refused characters as `_`, at most 100 bytes; undefined when nothing is left. */
export function sanitizeStreamPart(text: string): string | undefined {
  const lower = text.toWellFormed().toLowerCase().replace(refused, '_')
  let part = ''
  let bytes = 0
  for (const character of lower) {
    bytes += Buffer.byteLength(character)
    if (bytes > partBytesMax) break
    part += character
  }
  return /[^_.]/.test(part) ? part : undefined
}

export interface StreamPart {
  value: string
  /** What the producer said, where that had to be changed. */
  changedFrom?: string
}

const cacheMax = 1000

/** Sanitizes names with a bounded memory of earlier ones: they repeat for every record of an instance. */
export class StreamPartReader {
  readonly #fallback: string
  readonly #cache = new Map<string, StreamPart>()

  constructor(fallback: string) {
    this.#fallback = sanitizeStreamPart(fallback) ?? 'default'
  }

  read(named: string | undefined): StreamPart {
    const key = named ?? ''
    let part = this.#cache.get(key)
    if (part === undefined) {
      const value = named === undefined ? this.#fallback : sanitizeStreamPart(named)
      part = { value: value ?? this.#fallback }
      if (named !== undefined && part.value !== named) part.changedFrom = named
      if (this.#cache.size >= cacheMax) this.#cache.clear()
      this.#cache.set(key, part)
    }
    return part
  }
}
