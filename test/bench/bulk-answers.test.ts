import { expect, test } from 'vitest'
import { answerBulk, type ItemPlace } from '../../bench/indexer/answer-bulk.ts'
import { answerItem, answerShape, readAction } from '../../bench/indexer/bulk-answers.ts'
import { ReusedBytes } from '../../bench/indexer/reused-bytes.ts'

const oneItem = '{"create":{"_id":"a-1","_index":"logs-app-default"}}\n{"a":1}\n'

interface Options {
  firstNumber?: number
  onItem?: (place: ItemPlace) => void
}

function answerTo(body: string, filterPath: string | null, options: Options = {}) {
  const { firstNumber = 0, onItem = () => {} } = options
  const written = ReusedBytes.take()
  const shape = answerShape(filterPath)
  const index = 'logs-named-above'
  const count = answerBulk(Buffer.from(body), written, { shape, index, firstNumber, onItem })
  const text = written.written.toString()
  written.giveBack()
  return { count, answer: JSON.parse(text) as unknown }
}

test('without filter_path the answer has what Elasticsearch says of a created document', () => {
  expect(answerTo(oneItem, null).answer).toEqual({
    errors: false,
    took: 1,
    items: [
      {
        create: {
          _index: '.ds-logs-app-default-2026.01.02-000001',
          _id: 'a-1',
          _version: 1,
          result: 'created',
          _shards: { total: 2, successful: 1, failed: 0 },
          _seq_no: 0,
          _primary_term: 1,
          status: 201,
        },
      },
    ],
  })
})

test('filter_path leaves what it names, and no items where it names none of their members', () => {
  const answer = (path: string): unknown => answerTo(oneItem, path, { firstNumber: 3 }).answer
  expect(answer('errors,items.*.error')).toEqual({ errors: false })
  expect(answer('took,items.*.status')).toEqual({ took: 1, items: [{ create: { status: 201 } }] })
  expect(answer('items.*._id,items.create._seq*')).toEqual({
    items: [{ create: { _id: 'a-1', _seq_no: 3 } }],
  })
  expect(answer('**.status')).toEqual({ items: [{ create: { status: 201 } }] })
  expect(answer('items')).toHaveProperty('items.0.create.result', 'created')
})

test('a body is counted by its lines, and one that is cut is an error', () => {
  const body = '{"create":{"_id":"1"}}\n{"a":1}\n{"index":{}}\n{"a":2}\n'
  const seen: string[] = []
  const onItem = ({ idStart, idEnd, documentStart, documentEnd }: ItemPlace): void =>
    void seen.push(body.slice(idStart, idEnd), body.slice(documentStart, documentEnd))
  expect(answerTo(body, null, { onItem }).count).toBe(2)
  expect(seen).toEqual(['1', '{"a":1}', '', '{"a":2}'])
  expect(() => answerTo(body.slice(0, -1), null)).toThrow('does not end with a line feed')
  expect(() => answerTo('{"create":{}}', null)).toThrow('does not end with a line feed')
})

test('an action is read with its members in any order and spacing', () => {
  expect(readAction('{"create":{"_id":"1","_index":"logs-a-b"}}')).toEqual({
    action: 'create',
    id: '1',
    index: 'logs-a-b',
  })
  expect(readAction('{"index": { "_index" : "logs-a-b" } }')).toEqual({
    action: 'index',
    id: undefined,
    index: 'logs-a-b',
  })
})

test('items that are alike are answered as each would be alone', () => {
  const lines = [
    '{"create":{"_index":"logs-a-b","_id":"one"}}',
    '{"create":{"_index":"logs-a-b","_id":"three"}}',
    '{"create":{"_index":"logs-a-b","_id":"four","routing":"x"}}',
    '{"create":{"_index":"logs-c-d","_id":"one"}}',
    '{"create":{"_id":"five"}}',
    '{"create":{"_id":"six"}}',
    '{"create":{}}',
    '{"index":{"_id":"five"}}',
  ]
  const body = lines.map((line) => `${line}\n{"a":1}\n`).join('')
  const paths = [null, 'errors,items.*._id,items.*.status', 'items.*._index', 'items.*._seq_no']
  for (const filterPath of paths) {
    const alone = lines.map((line, place) => {
      const action = readAction(line)
      const named = { ...action, index: action.index ?? 'logs-named-above' }
      return JSON.parse(answerItem(answerShape(filterPath), named, 7 + place)) as unknown
    })
    const { count, answer } = answerTo(body, filterPath, { firstNumber: 7 })
    expect(count).toBe(lines.length)
    expect(answer).toHaveProperty('items', alone)
  }
})

test('memory that is used again grows, and begins empty', () => {
  const written = ReusedBytes.take()
  written.append(Buffer.from('x'.repeat(5 * 1024 * 1024)))
  written.appendLatin1('é')
  expect(written.written.subarray(-2)).toEqual(Buffer.from('xé', 'latin1'))
  written.giveBack()
  expect(ReusedBytes.take().written).toHaveLength(0)
})
