import { expect, test } from 'vitest'
import { json } from './support/faulty-server.ts'
import { refusal, storeWith } from './support/store-with.ts'

const copy = { id: 'a/b', seqNo: 7, primaryTerm: 2 }

const settings = (creationDate: unknown) => ({
  settings: { index: { creation_date: creationDate } },
})
const gone = (type: string) => ({ error: { type, reason: 'no such index' }, status: 404 })

test('backing indices come oldest first by their generation, whatever moved them and when', async () => {
  const { store, server } = await storeWith(
    json(200, {
      '.ds-logs-app-default-2026.01.03-000003': settings('300'),
      'partial-.ds-logs-app-default-2026.01.01-000001': settings('900'),
      'added-by-hand': settings('500'),
      '.ds-logs-app-default-2026.01.02-000002': settings('200'),
    }),
  )
  expect(await store.backingIndices('logs-app-default')).toEqual([
    { name: 'added-by-hand', createdAtMs: 500 },
    { name: 'partial-.ds-logs-app-default-2026.01.01-000001', createdAtMs: 900 },
    { name: '.ds-logs-app-default-2026.01.02-000002', createdAtMs: 200 },
    { name: '.ds-logs-app-default-2026.01.03-000003', createdAtMs: 300 },
  ])
  expect(server.seen[0]!.url).toBe('/logs-app-default/_settings/index.creation_date')
})

test('a data stream that does not exist has no backing indices', async () => {
  const { store } = await storeWith(json(404, gone('index_not_found_exception')))
  expect(await store.backingIndices('logs-app-default')).toEqual([])
})

test.each([
  ['a 404 of somebody else', json(404, { message: 'nothing here' })],
  ['an index without a date', json(200, { a: { settings: {} } })],
  ['an answer that is no object', json(200, [])],
])('%s does not pass for "no backing indices"', async (_, answer) => {
  const { store } = await storeWith(answer)
  expect(await refusal(store.backingIndices('logs-app-default'))).toMatchObject({
    code: 'MILLRACE_BULK_UNREACHABLE',
    retryable: true,
  })
})

test('a lack of privileges says which ones are needed', async () => {
  const error = { type: 'security_exception', reason: 'not with this key' }
  const { store } = await storeWith(json(403, { error, status: 403 }))
  const { message, context } = await refusal(store.backingIndices('logs-app-default'))
  expect(message).toContain('view_index_metadata')
  expect(context).toMatchObject({ status: 403, needsPerson: true })
})

test('documents are found by id, refreshed or not, without their source', async () => {
  const docs = [
    { _id: 'a', found: true, _seq_no: 7, _primary_term: 2 },
    { _id: 'b', found: false },
  ]
  const { store, server } = await storeWith(json(200, { docs }))
  expect(await store.findDocuments('.ds-000001', ['a', 'b'])).toEqual([{ ...copy, id: 'a' }])
  const [request] = server.seen
  expect(JSON.parse(request!.body)).toEqual({ ids: ['a', 'b'] })
  expect(request!.url).toMatch(/^\/\.ds-000001\/_mget\?_source=false&/)
})

test.each(['index_not_found_exception', 'index_closed_exception'])(
  'an index that is gone or closed (%s) holds nothing',
  async (type) => {
    const { store } = await storeWith(json(200, { docs: [{ _id: 'a', ...gone(type) }] }))
    expect(await store.findDocuments('.ds-000001', ['a'])).toEqual([])
  },
)

test.each([
  [
    'a shard that does not answer',
    { docs: [{ _id: 'a', ...gone('no_shard_available_action_exception') }] },
  ],
  ['an id that was not asked for', { docs: [{ _id: 'b', found: true }] }],
  ['a missing id', { docs: [] }],
  ['no word on the id', { docs: [{ _id: 'a' }] }],
  ['another answer', { took: 1 }],
])('%s leaves it open whether the document is there', async (_, body) => {
  const { store } = await storeWith(json(200, body))
  expect(await refusal(store.findDocuments('.ds-000001', ['a']))).toMatchObject({
    code: 'MILLRACE_BULK_UNREACHABLE',
    retryable: true,
  })
})

test('an index that may not be read needs a person', async () => {
  const docs = [{ _id: 'a', error: { type: 'security_exception', reason: 'not with this key' } }]
  const { store } = await storeWith(json(200, { docs }))
  expect(await refusal(store.findDocuments('.ds-000001', ['a']))).toMatchObject({
    code: 'MILLRACE_BULK_REFUSED',
    context: { status: 403, needsPerson: true },
  })
})

test('a copy is deleted in its own index, and only as the version that was found', async () => {
  const { store, server } = await storeWith(json(200, { result: 'deleted' }))
  expect(await store.deleteCopy('.ds-000002', copy)).toBe(true)
  const [request] = server.seen
  expect(request!.method).toBe('DELETE')
  expect(request!.url).toBe('/.ds-000002/_doc/a%2Fb?if_seq_no=7&if_primary_term=2')
})

test.each([404, 409])('a copy that is gone or changed (%d) is left alone', async (status) => {
  const { store } = await storeWith(json(status, { result: 'not_found' }))
  expect(await store.deleteCopy('.ds-000002', copy)).toBe(false)
})
