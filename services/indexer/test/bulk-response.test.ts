import { describe, expect, it } from 'vitest'
import { type ItemVerdict, readBulkResponse } from '../src/bulk-response.mts'

function verdictOf(result: Record<string, unknown>): ItemVerdict {
  const reading = readBulkResponse([{ id: 'a' }], { items: [{ create: result }] })
  if (!reading.answered) throw new Error(reading.reason)
  return reading.verdicts[0]!
}

const conflict = { type: 'version_conflict_engine_exception', reason: 'document already exists' }
const parsing = {
  type: 'document_parsing_exception',
  reason: "[1:20] failed to parse field [http.response.status_code] of type [long] in document 'a'",
  caused_by: { type: 'illegal_argument_exception', reason: 'For input string: "x"' },
}

describe('a verdict for each item', () => {
  it.each([
    [{ status: 201 }, 'indexed'],
    [{ status: 200, _id: 'a' }, 'indexed'],
    [{ status: 201, failure_store: 'not_applicable_or_unknown' }, 'indexed'],
    [{ status: 201, error: null }, 'indexed'],
    [{ status: 409, error: conflict }, 'duplicate'],
    [{ status: 409 }, 'duplicate'],
    [{ status: 429, error: { type: 'es_rejected_execution_exception' } }, 'retry'],
    [{ status: 500 }, 'retry'],
    [{ status: 502 }, 'retry'],
    [{ status: 503, error: { type: 'unavailable_shards_exception' } }, 'retry'],
    [{ status: 504 }, 'retry'],
    [{ status: 201, error: parsing }, 'retry'],
    [{ status: 201, failure_store: 'used' }, 'rejected'],
    [{ status: 201, failure_store: 'used', _id: 'an id of the failure store' }, 'rejected'],
    [{ status: 400, error: parsing }, 'rejected'],
    [{ status: 403, error: { type: 'cluster_block_exception' } }, 'rejected'],
    [{ status: 404, error: { type: 'index_not_found_exception' } }, 'rejected'],
    [{ status: 409, error: { type: 'another_conflict' } }, 'rejected'],
    [{ status: 413 }, 'rejected'],
  ] as const)('reads %j as %s', (result, verdict) => {
    expect(verdictOf(result).verdict).toBe(verdict)
  })

  it('names code, status, type, reason and deepest cause of a rejected item', () => {
    expect(verdictOf({ status: 400, error: parsing })).toEqual({
      verdict: 'rejected',
      cause: {
        code: 'MILLRACE_BULK_REJECTED',
        status: 400,
        type: 'document_parsing_exception',
        reason: `${parsing.reason}; caused by: For input string: "x"`,
      },
    })
  })

  it('gives a failure-store hit a code of its own', () => {
    expect(verdictOf({ status: 201, failure_store: 'used' })).toMatchObject({
      cause: { code: 'MILLRACE_BULK_FAILURE_STORE', status: 201 },
    })
  })

  it('cuts a reason of any length to 512 characters', () => {
    const verdict = verdictOf({ status: 400, error: { type: 't', reason: 'x'.repeat(10_000) } })
    expect(verdict.verdict === 'rejected' && verdict.cause.reason).toHaveLength(512)
  })

  it('judges each item by itself, in the order of the request', () => {
    const reading = readBulkResponse([{ id: 'a' }, { id: 'b' }, { id: 'c' }], {
      errors: true,
      items: [
        { create: { _id: 'a', status: 201 } },
        { create: { _id: 'b', status: 429 } },
        { create: { _id: 'c', status: 409, error: conflict } },
      ],
    })
    expect(reading.answered && reading.verdicts.map(({ verdict }) => verdict)).toEqual([
      'indexed',
      'retry',
      'duplicate',
    ])
  })
})

describe('an answer that does not match the request', () => {
  const ok = { create: { status: 201 } }
  it.each([
    ['nothing', undefined],
    ['text', 'ok'],
    ['an array', []],
    ['an object without items', { errors: false }],
    ['items that are no list', { items: {} }],
    ['one item too few', { items: [ok] }],
    ['one item too many', { items: [ok, ok, ok] }],
    ['an item that is null', { items: [ok, null] }],
    ['an answer to another action', { items: [ok, { delete: { status: 200 } }] }],
    ['an item without status', { items: [ok, { create: {} }] }],
    ['a status that is text', { items: [ok, { create: { status: '201' } }] }],
    ['a status out of range', { items: [ok, { create: { status: 99 } }] }],
    ['another id', { items: [ok, { create: { status: 201, _id: 'z' } }] }],
  ])('with %s counts as not answered', (_, answer) => {
    const reading = readBulkResponse([{ id: 'a' }, { id: 'b' }], answer)
    expect(reading.answered).toBe(false)
    expect(!reading.answered && reading.reason).toMatch(/answer|status/)
  })
})
