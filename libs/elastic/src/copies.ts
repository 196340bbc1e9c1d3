// Copies of a document: which backing indices a data stream has, and which of them hold an id already.
import { BulkRequestError, isObject } from '@millrace/foundation'
import { type Connection } from './connection.ts'
import { refusedWord } from './request-error.ts'

export interface BackingIndex {
  name: string
  /** By Elasticsearch's own clock. Epoch ms. */
  createdAtMs: number
}

/** One document as it lies in one backing index; the two numbers name its very version. */
export interface StoredCopy {
  id: string
  seqNo: number
  primaryTerm: number
}

export interface CopyRequestOptions {
  signal?: AbortSignal
  /** Default: the settings' `requestTimeoutMs`. */
  timeoutMs?: number
}

/**
 * The backing indices of a data stream, oldest first: the last one is its write index. None when there is no
 * such data stream. Needs the privilege `view_index_metadata`.
 *
 * They are put in order by the generation at the end of their names, which Elastic's own moves keep
 * (`shrink-…`, `partial-…`, `restored-…`), since such a copy can be younger than the index that came after it.
 * @throws BulkRequestError
 */
export async function backingIndices(
  connection: Connection,
  dataStream: string,
  options: CopyRequestOptions = {},
): Promise<BackingIndex[]> {
  const path = `/${encodeURIComponent(dataStream)}/_settings/index.creation_date`
  const { status, body } = await connection.send({
    method: 'GET',
    path,
    acceptStatuses: [404],
    ...options,
  })
  if (status === 404) {
    if (errorTypeOf(body) === 'index_not_found_exception') return []
    throw unreadable(`GET ${path}`)
  }
  if (!isObject(body)) throw unreadable(`GET ${path}`)
  const found = Object.entries(body).map(([name, answer]) => {
    const createdAtMs = Number(memberAt(answer, 'settings', 'index', 'creation_date') ?? Number.NaN)
    if (!Number.isFinite(createdAtMs)) throw unreadable(`GET ${path}`)
    return { name, createdAtMs }
  })
  return found.toSorted(
    (one, other) =>
      generationOf(one.name) - generationOf(other.name) || one.createdAtMs - other.createdAtMs,
  )
}

/**
 * Which of the ids are in one backing index, by a realtime get: what is not refreshed yet is found too. Needs
 * the privilege `read`. An index that is gone or closed holds nothing.
 * @throws BulkRequestError also where the answer leaves one of the ids open
 */
export async function findDocuments(
  connection: Connection,
  index: string,
  ids: readonly string[],
  options: CopyRequestOptions = {},
): Promise<StoredCopy[]> {
  const path = `/${encodeURIComponent(index)}/_mget`
  const { body } = await connection.send({
    method: 'POST',
    path,
    querystring: {
      _source: false,
      filter_path: 'docs._id,docs.found,docs._seq_no,docs._primary_term,docs.error',
    },
    body: { ids },
    ...options,
  })
  const docs = isObject(body) ? body['docs'] : undefined
  if (!Array.isArray(docs) || docs.length !== ids.length) throw unreadable(`POST ${path}`)
  const copies: StoredCopy[] = []
  for (let position = 0; position < ids.length; position++) {
    const id = ids[position]!
    const doc: unknown = docs[position]
    if (!isObject(doc) || doc['_id'] !== id) throw unreadable(`POST ${path}`)
    if (doc['error'] !== undefined) {
      if (isGone(errorTypeOf(doc))) continue
      throw refusedWord(`POST ${path}`, doc['error'])
    }
    if (typeof doc['found'] !== 'boolean') throw unreadable(`POST ${path}`)
    if (!doc['found']) continue
    copies.push({ id, seqNo: Number(doc['_seq_no']), primaryTerm: Number(doc['_primary_term']) })
  }
  return copies
}

/**
 * Deletes one copy, if it is still the version that was found. Needs the privilege `delete`.
 * @returns false when it was gone or is another version by now
 * @throws BulkRequestError
 */
export async function deleteCopy(
  connection: Connection,
  index: string,
  copy: StoredCopy,
  options: CopyRequestOptions = {},
): Promise<boolean> {
  const { status } = await connection.send({
    method: 'DELETE',
    path: `/${encodeURIComponent(index)}/_doc/${encodeURIComponent(copy.id)}`,
    querystring: { if_seq_no: copy.seqNo, if_primary_term: copy.primaryTerm },
    acceptStatuses: [404, 409],
    ...options,
  })
  return status < 300
}

/** Documents of a closed index are out of sight of every search. */
function isGone(type: string): boolean {
  return type === 'index_not_found_exception' || type === 'index_closed_exception'
}

/** `…-000012` is 12; an index of another make, added by hand, counts as older than all others. */
function generationOf(name: string): number {
  const digits = /-(\d{6,})$/.exec(name)?.[1]
  return digits === undefined ? 0 : Number(digits)
}

function unreadable(request: string): BulkRequestError {
  return new BulkRequestError(
    'MILLRACE_BULK_UNREACHABLE',
    `The answer of Elasticsearch to ${request} is not what was asked for; it is not known which documents are there`,
    { retryable: true, context: { reason: 'answer' } },
  )
}

function errorTypeOf(body: unknown): string {
  const type = memberAt(body, 'error', 'type')
  return typeof type === 'string' ? type : ''
}

function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let member = value
  for (const name of path) member = isObject(member) ? member[name] : undefined
  return member
}
