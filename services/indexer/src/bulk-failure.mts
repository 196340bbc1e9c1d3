// Bulk, refused as a whole: what the failure says about the batch and about Elasticsearch.
import { BulkRequestError, errorText } from '@millrace/foundation'

/**
 * | kind | status | what follows |
 * |---|---|---|
 * | too-large | 413 | the batch is split; a single item becomes a dead letter |
 * | malformed | 400, in Elasticsearch's own words | the batch is split until the bad item is alone; that one becomes a dead letter |
 * | forbidden | 401, 403, a 400 of some other server | a person is needed; the same batch is tried again until the credentials or the address are right |
 * | unavailable | 429, 5xx, any other status, no answer, timeout | the same batch is tried again |
 */
export type BulkFailureKind = 'too-large' | 'malformed' | 'forbidden' | 'unavailable'

export interface BulkFailure {
  kind: BulkFailureKind
  /** HTTP status; absent when there was no answer. */
  status?: number
  /** What the server's `Retry-After` asked for. */
  retryAfterMs?: number
  reason: string
}

export function classifyBulkFailure(thrown: unknown): BulkFailure {
  const reason = errorText(thrown)
  if (!(thrown instanceof BulkRequestError)) return { kind: 'unavailable', reason }
  const { status, retryAfterMs, needsPerson } = thrown.context
  return {
    kind: typeof status === 'number' ? kindOfStatus(status, needsPerson === true) : 'unavailable',
    ...(typeof status === 'number' && { status }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    reason,
  }
}

function kindOfStatus(status: number, needsPerson: boolean): BulkFailureKind {
  if (status === 413) return 'too-large'
  // A proxy that answers 400 to everything must not make a dead letter of everything.
  if (status === 400) return needsPerson ? 'forbidden' : 'malformed'
  if (status === 401 || status === 403) return 'forbidden'
  return 'unavailable'
}
