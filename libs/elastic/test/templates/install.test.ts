import { expect, onTestFinished, test } from 'vitest'
import { createElasticStore, type ElasticStore, templateNames } from '../../src/index.ts'
import { currentDefinitionHash } from '../../src/templates/definition.ts'
import { json } from '../support/faulty-server.ts'
import { TemplateServer } from '../support/template-server.ts'

const indexPath = `/_index_template/${templateNames.index}`
const settingsPath = `/_component_template/${templateNames.settings}`
const mappingsPath = `/_component_template/${templateNames.mappings}`
const metricsPath = `/_index_template/${templateNames.metrics}`

async function setUp(): Promise<{ server: TemplateServer; store: ElasticStore }> {
  const server = new TemplateServer()
  await server.listen()
  const store = createElasticStore({ nodes: [server.url] })
  onTestFinished(async () => {
    await store.close()
    await server[Symbol.asyncDispose]()
  })
  return { server, store }
}

function actions(report: { templates: { action: string }[] }): string[] {
  return report.templates.map(({ action }) => action)
}

test('installing creates the component templates first, and a second time writes nothing', async () => {
  const { server, store } = await setUp()
  const empty = await store.checkTemplates()
  expect(empty.code).toBe('MILLRACE_TEMPLATE_MISSING')
  expect(empty.missing).toHaveLength(4)
  expect(actions(await store.installTemplates())).toEqual(Array(4).fill('created'))
  expect(server.writes).toEqual([settingsPath, mappingsPath, metricsPath, indexPath])
  const second = await store.installTemplates()
  expect(actions(second)).toEqual(Array(4).fill('unchanged'))
  expect(second.ok).toBe(true)
  expect(server.writes).toHaveLength(4)
  expect(await store.checkTemplates()).toMatchObject({ ok: true, summary: '' })
})

test('another retention changes the index templates only, and the check is content', async () => {
  const { server, store } = await setUp()
  await store.installTemplates()
  const report = await store.installTemplates({ retention: '7d' })
  expect(actions(report)).toEqual(['unchanged', 'unchanged', 'updated', 'updated'])
  expect(server.stored.get(indexPath)!['template']).toMatchObject({
    lifecycle: { data_retention: '7d' },
  })
  expect((await store.checkTemplates()).ok).toBe(true)
})

test('what the server lacks is replaced and reported', async () => {
  const { server, store } = await setUp()
  for (const word of ['wildcard', 'constant_keyword', 'data_stream_options']) {
    server.unknown.add(word)
  }
  const report = await store.installTemplates()
  expect(report.fallbacks).toEqual([
    'wildcard -> keyword',
    'constant_keyword -> keyword',
    'no-failure-store -> not used',
  ])
  const mappings = JSON.stringify(server.stored.get(mappingsPath))
  expect(mappings).not.toContain('"wildcard"')
  expect(mappings).toContain('"match_only_text"')
  expect(JSON.stringify(server.stored.get(indexPath))).not.toContain('data_stream_options')
  expect((await store.checkTemplates()).ok).toBe(true)
})

function setMeta(server: TemplateServer, path: string, change: object): void {
  const template = server.stored.get(path)!
  server.stored.set(path, { ...template, _meta: { ...(template['_meta'] as object), ...change } })
}

test('a template of an older release is outdated, and installing updates it', async () => {
  const { server, store } = await setUp()
  await store.installTemplates()
  setMeta(server, mappingsPath, { version: 0, definition_hash: 'older' })
  const check = await store.checkTemplates()
  expect(check).toMatchObject({ ok: false, outdated: [templateNames.mappings] })
  expect(check.summary).toContain('millrace setup')
  expect(actions(await store.installTemplates())).toEqual([
    'unchanged',
    'updated',
    'unchanged',
    'unchanged',
  ])
  expect((await store.checkTemplates()).ok).toBe(true)
})

test('a template of a newer release is kept unless forced', async () => {
  const { server, store } = await setUp()
  await store.installTemplates()
  setMeta(server, mappingsPath, { version: 9_999, definition_hash: 'newer' })
  expect(await store.checkTemplates()).toMatchObject({ ok: true, newer: [templateNames.mappings] })
  const report = await store.installTemplates()
  expect(actions(report)).toEqual(['unchanged', 'kept-newer', 'unchanged', 'unchanged'])
  expect(report.ok).toBe(true)
  expect(actions(await store.installTemplates({ force: true }))[1]).toBe('updated')
})

test('a template of the same name that somebody else made is kept unless forced', async () => {
  const { server, store } = await setUp()
  server.stored.set(indexPath, { index_patterns: ['logs-*-*'], _meta: { managed: true } })
  const report = await store.installTemplates()
  expect(actions(report)).toEqual(['created', 'created', 'created', 'kept-foreign'])
  expect(report.ok).toBe(false)
  const check = await store.checkTemplates()
  expect(check).toMatchObject({ ok: false, foreign: [templateNames.index] })
  expect((await store.installTemplates({ force: true })).ok).toBe(true)
})

test('the custom template is never read or written', async () => {
  const { server, store } = await setUp()
  await store.installTemplates({ force: true })
  await store.installTemplates({ force: true })
  await store.checkTemplates()
  const touched = server.seen.filter(({ url }) => url.includes(templateNames.custom))
  expect(touched).toEqual([])
})

function of(release: string): object {
  return { mappings: { _meta: { millrace: release } } }
}

test('data streams whose newest backing index is of another release are named', async () => {
  const { server, store } = await setUp()
  server.dataStreams = [
    { name: 'logs-old-default', backing_indices: ['old-1', 'old-2'] },
    { name: 'logs-new-default', backing_indices: ['new-1', 'new-2'] },
    { name: 'logs-none-default', backing_indices: ['none-1'] },
  ]
  const current = currentDefinitionHash()
  server.mappings = {
    'old-1': of(current),
    'old-2': of('x'),
    'new-1': of('x'),
    'new-2': of(current),
  }
  const { dataStreamsToRollOver } = await store.installTemplates()
  expect(dataStreamsToRollOver).toEqual(['logs-old-default', 'logs-none-default'])
})

test('a key that may not read templates makes the check say so, a dead server makes it fail', async () => {
  const { server, store } = await setUp()
  server.answer = json(403, { error: { type: 'security_exception', reason: 'no' } })
  const check = await store.checkTemplates()
  expect(check).toMatchObject({ ok: false, missing: [] })
  expect(check.unreadable).toContain('lacks a privilege')
  server.answer = json(503, {})
  await expect(store.checkTemplates()).rejects.toMatchObject({ retryable: true })
  await expect(store.installTemplates()).rejects.toMatchObject({ context: { status: 503 } })
})
