import { expect, test } from 'vitest'
import {
  answerItem,
  answerShape,
  answerText,
  ItemAnswers,
  readAction,
  walkBulkBody,
} from '../../bench/indexer/bulk-answers.ts'

const item = { action: 'create', id: 'a-1', index: 'logs-app-default' }

test('without filter_path the answer has what Elasticsearch says of a created document', () => {
  const shape = answerShape(null)
  expect(JSON.parse(answerText(shape, [answerItem(shape, item, 0)]))).toEqual({
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
  const answer = (path: string): unknown => {
    const shape = answerShape(path)
    return JSON.parse(answerText(shape, [answerItem(shape, item, 3)]))
  }
  expect(answer('errors,items.*.error')).toEqual({ errors: false })
  expect(answer('took,items.*.status')).toEqual({ took: 1, items: [{ create: { status: 201 } }] })
  expect(answer('items.*._id,items.create._seq*')).toEqual({
    items: [{ create: { _id: 'a-1', _seq_no: 3 } }],
  })
  expect(answer('**.status')).toEqual({ items: [{ create: { status: 201 } }] })
  expect(answer('items')).toHaveProperty('items.0.create.result', 'created')
})

test('actions are read only where the answer names ids or indices', () => {
  expect(answerShape('errors,items.*.status').readsActions).toBe(false)
  expect(answerShape('errors,items.*._id').readsActions).toBe(true)
})

test('a body is counted by its lines, and one that is cut is an error', () => {
  const body = Buffer.from('{"create":{"_id":"1"}}\n{"a":1}\n{"index":{}}\n{"a":2}\n')
  const seen: string[] = []
  const count = walkBulkBody(body, ({ start, end, documentEnd }) => {
    seen.push(body.toString('utf8', start, end), body.toString('utf8', end + 1, documentEnd))
  })
  expect(count).toBe(2)
  expect(seen).toEqual(['{"create":{"_id":"1"}}', '{"a":1}', '{"index":{}}', '{"a":2}'])
  expect(() => walkBulkBody(body.subarray(0, -1))).toThrow('does not end with a line feed')
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
  for (const filterPath of [null, 'errors,items.*._id,items.*.status', 'items.*._index']) {
    const shape = answerShape(filterPath)
    const answers = new ItemAnswers(shape, 'logs-named-above')
    for (const [number, line] of lines.entries()) {
      const action = readAction(line)
      const alone = answerItem(
        shape,
        { ...action, index: action.index ?? 'logs-named-above' },
        number,
      )
      expect(answers.answer(line, number)).toEqual({ id: action.id, text: alone })
    }
  }
})
