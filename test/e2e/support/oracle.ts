// The judge of the delivery promise: every line that was logged is there exactly once, with its body intact.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { allDocuments, at } from './documents.ts'

/** What log-lines.mjs was told to log: producer -> number of lines. */
export type Accepted = ReadonlyMap<string, number>

const digest = (producer: string, n: number): string =>
  createHash('sha256').update(`${producer}/${n}`).digest('hex')

export interface Findings {
  documents: number
  /** `<producer>/<n>` of lines that are in no document, at most 20. */
  missing: string[]
  /** Ids or lines that are there more than once, at most 20. */
  duplicates: string[]
  /** Documents whose content is not what was logged, at most 20. */
  damaged: string[]
}

/** Looks at every document, per id and per line; never at totals. */
export async function judge(
  url: string,
  dataStream: string,
  accepted: Accepted,
): Promise<Findings> {
  const findings: Findings = { documents: 0, missing: [], duplicates: [], damaged: [] }
  const add = (list: string[], text: string): void => {
    if (list.length < 20) list.push(text)
  }
  const ids = new Set<string>()
  const lines = new Map([...accepted.keys()].map((producer) => [producer, new Set<number>()]))
  for await (const { _id, _source: document } of allDocuments(url, dataStream)) {
    findings.documents++
    if (ids.has(_id)) add(findings.duplicates, _id)
    ids.add(_id)
    const producer = String(at(document, 'service.name'))
    const n = Number(at(document, 'event.sequence'))
    const seen = lines.get(producer)
    if (seen === undefined) add(findings.damaged, `${_id}: service.name ${producer}`)
    else if (seen.has(n)) add(findings.duplicates, `${producer}/${n}`)
    seen?.add(n)
    const intact =
      at(document, 'event.id') === _id &&
      document['message'] === `event ${n}` &&
      Number(at(document, 'attributes.n')) === n &&
      at(document, 'attributes.producer') === producer &&
      at(document, 'attributes.digest') === digest(producer, n) &&
      at(document, 'attributes.text') === `line ${n} “quoted”\n\tand a second row`
    if (!intact) add(findings.damaged, `${_id}: ${JSON.stringify(document).slice(0, 600)}`)
  }
  for (const [producer, count] of accepted) {
    for (let n = 1; n <= count; n++) {
      if (lines.get(producer)?.has(n) !== true) add(findings.missing, `${producer}/${n}`)
    }
  }
  return findings
}

/** Fails with the lines that are missing, double or damaged. */
export async function expectAllDelivered(
  url: string,
  dataStream: string,
  accepted: Accepted,
): Promise<void> {
  const total = [...accepted.values()].reduce((sum, count) => sum + count, 0)
  expect(await judge(url, dataStream, accepted)).toEqual({
    documents: total,
    missing: [],
    duplicates: [],
    damaged: [],
  })
}
