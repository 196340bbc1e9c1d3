import { describe, expect, it } from 'vitest'
import { indexOfGoodAnswer } from '../src/good-answer.mts'

const sent = [{ id: 'a-1' }, { id: 'a-2' }, { id: 'a-3' }]
const item = (id: string, index = '.ds-logs-1', status = 201) => ({
  create: { _index: index, _id: id, status },
})
const answer = (items: object[]): string => JSON.stringify({ errors: false, items })
const good = answer(sent.map(({ id }) => item(id)))

describe('an answer in which all went well', () => {
  it('tells the one index without being parsed', () => {
    expect(indexOfGoodAnswer(sent, Buffer.from(good))).toBe('.ds-logs-1')
  })

  it.each([
    ['fewer items', answer([item('a-1'), item('a-2')])],
    ['more items', answer([...sent.map(({ id }) => item(id)), item('a-4')])],
    ['another order', answer([item('a-2'), item('a-1'), item('a-3')])],
    ['another id', answer([item('a-1'), item('a-2'), item('a-33')])],
    ['another status', answer([item('a-1'), item('a-2', '.ds-logs-1', 200), item('a-3')])],
    ['a second index', answer([item('a-1'), item('a-2', '.ds-logs-2'), item('a-3')])],
    [
      'the failure store',
      answer([
        ...sent.slice(0, 2).map(({ id }) => item(id)),
        { create: { ...item('a-3').create, failure_store: 'used' } },
      ]),
    ],
    ['more behind the items', good.replace(/}$/, ',"took":3}')],
    ['another beginning', good.replace('"errors":false', '"took":3,"errors":false')],
    ['a cut', good.slice(0, -1)],
    ['nothing', ''],
  ])('is not one with %s', (_what, text) => {
    expect(indexOfGoodAnswer(sent, Buffer.from(text))).toBeUndefined()
  })

  it('is not told for an id that JSON escapes, nor for nothing sent', () => {
    const id = '","_id":"'
    expect(indexOfGoodAnswer([{ id }], Buffer.from(answer([item(id)])))).toBeUndefined()
    expect(indexOfGoodAnswer([], Buffer.from('{"errors":false,"items":[]}'))).toBeUndefined()
  })
})
