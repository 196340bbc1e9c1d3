// The last word on a document: a real Elasticsearch with the real templates takes it, or says why not.
import { createElasticStore, type ElasticStore } from '@millrace/elastic'
import type { NormalizedEvent } from '@millrace/formats'
import { errorText, systemClock } from '@millrace/foundation'

/** Bytes of one bulk request; a larger document goes alone. */
const bulkBytes = 8_000_000
/** Tries of a request that the server had no room for. */
const triesMax = 60
const waitMs = 500

export class IndexCheck {
  readonly #store: ElasticStore
  readonly #dataStream: string

  constructor(url: string, dataStream: string) {
    this.#store = createElasticStore({ nodes: [url], requestTimeoutMs: 120_000 })
    this.#dataStream = dataStream
  }

  async open(): Promise<void> {
    await this.#store.installTemplates()
  }

  /** What was not taken, by the event's index. */
  async refusals(events: readonly NormalizedEvent[]): Promise<Map<number, string>> {
    const refused = new Map<number, string>()
    let start = 0
    while (start < events.length) {
      let body = ''
      let end = start
      while (end < events.length && (end === start || body.length < bulkBytes)) {
        const { id, dataStream, documentText } = events[end]!
        body += `${JSON.stringify({ create: { _index: dataStream, _id: id } })}\n${documentText}\n`
        end++
      }
      const verdicts = await this.#bulk(body)
      for (const [index, verdict] of verdicts.entries()) {
        if (verdict !== undefined) refused.set(start + index, verdict)
      }
      start = end
    }
    return refused
  }

  /** Undefined for each document that is indexed. 429 is no verdict: the request goes again. */
  async #bulk(body: string): Promise<(string | undefined)[]> {
    for (let tries = 1; ; tries++) {
      const { items } = await this.#store.bulk(body)
      const verdicts = items.map((item) => {
        const verdict = item['create'] as {
          status: number
          error?: unknown
          failure_store?: string
        }
        const isIndexed = verdict.status === 201 && verdict.failure_store !== 'used'
        // A conflict means that an earlier try of this request got through.
        const isThere = verdict.status === 409 && tries > 1
        return isIndexed || isThere
          ? undefined
          : `${verdict.status} ${JSON.stringify(verdict.error)}`
      })
      if (!verdicts.some((verdict) => verdict?.startsWith('429') === true)) return verdicts
      if (tries === triesMax) throw new Error(`Elasticsearch had no room for ${triesMax} tries`)
      await systemClock.sleep(waitMs)
    }
  }

  /** Deletes what was indexed. */
  async close(): Promise<void> {
    const name = encodeURIComponent(this.#dataStream)
    try {
      const { status } = await this.#store.request({
        method: 'DELETE',
        path: `/_data_stream/${name}`,
        acceptStatuses: [400, 404, 405],
      })
      if (status === 400 || status === 405) await this.#empty()
    } catch (error) {
      process.stderr.write(`${this.#dataStream} is still there: ${errorText(error)}\n`)
    }
    await this.#store.close()
  }

  /** The local stack's server deletes no data stream, but an index that is not the newest of one. */
  async #empty(): Promise<void> {
    const { body } = await this.#store.request({
      method: 'POST',
      path: `/${encodeURIComponent(this.#dataStream)}/_rollover`,
    })
    const { old_index: filled } = body as { old_index: string }
    await this.#store.request({ method: 'DELETE', path: `/${encodeURIComponent(filled)}` })
  }
}
