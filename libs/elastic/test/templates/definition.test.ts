import { ecsFields, ecsObjectPaths } from '@millrace/ecs'
import { expect, test } from 'vitest'
import { buildTemplates, countFields, fullCapabilities, templateNames } from '../../src/index.ts'
import { currentDefinitionHash } from '../../src/templates/definition.ts'

type Properties = Record<string, Record<string, unknown>>

const bare = { types: new Set<string>(), features: new Set<never>() }

function mappingsOf(capabilities: typeof fullCapabilities): {
  dynamic: unknown
  properties: Properties
} {
  const template = buildTemplates(capabilities).find(({ name }) => name === templateNames.mappings)
  return (template!.body['template'] as { mappings: never }).mappings
}

function mappingOf(properties: Properties, path: string): Record<string, unknown> {
  const [first, ...rest] = path.split('.') as [string, ...string[]]
  const mapping = properties[first]!
  return rest.length === 0
    ? mapping
    : mappingOf(mapping['properties'] as Properties, rest.join('.'))
}

test('each ECS field is mapped with its own type where the server has it', () => {
  const { properties } = mappingsOf(fullCapabilities)
  const fields = [...ecsFields.values()]
  expect(fields.map(({ path }) => [path, mappingOf(properties, path)['type']])).toEqual(
    fields.map(({ path, type, indexed }) => [path, indexed ? type : 'keyword']),
  )
})

test('a server without the optional types gets only types that every server has', () => {
  const { properties } = mappingsOf(bare)
  const types = new Set([...ecsFields.keys()].map((path) => mappingOf(properties, path)['type']))
  const basic = ['boolean', 'date', 'double', 'flattened', 'float', 'geo_point', 'ip', 'keyword']
  expect(types).toEqual(new Set([...basic, 'long', 'text']))
})

test('numbers are in an index only where people search by them, and are found by their doc values elsewhere', () => {
  for (const capabilities of [fullCapabilities, bare]) {
    const { properties } = mappingsOf(capabilities)
    const indexOf = (path: string): unknown => mappingOf(properties, path)['index']
    for (const path of ['@timestamp', 'event.ingested', 'http.response.status_code', 'trace.id']) {
      expect(indexOf(path), path).toBeUndefined()
    }
    for (const path of ['process.pid', 'event.duration', 'millrace.partition', 'event.id']) {
      expect(indexOf(path), path).toBe(false)
      expect(mappingOf(properties, path)['doc_values'], path).toBeUndefined()
    }
  }
})

test('nothing but the list can become a field, and leftovers have one place', () => {
  const { dynamic, properties } = mappingsOf(fullCapabilities)
  expect(dynamic).toBe(false)
  expect(mappingOf(properties, 'attributes')).toEqual({
    type: 'flattened',
    ignore_above: 4096,
    depth_limit: 20,
  })
  expect(mappingOf(properties, 'millrace.format')['type']).toBe('keyword')
  expect(mappingOf(properties, 'event.original')).toEqual({
    type: 'keyword',
    index: false,
    doc_values: false,
  })
})

test('the limit on fields covers every leaf, multi-field and object, with room to spare', () => {
  const { properties } = mappingsOf(fullCapabilities)
  const multiFields = [...ecsFields.values()].filter(({ text }) => text).length
  // `attributes`, `millrace` and its three members, `millrace.dead_letter` and its five stand beside ECS.
  const expected = ecsFields.size + ecsObjectPaths.size + multiFields + 11
  expect(countFields(properties)).toBe(expected)
  const settings = buildTemplates(fullCapabilities)[0]!.body['template']
  expect(settings).toMatchObject({
    settings: { index: { mapping: { total_fields: { limit: expected + 500 } } } },
  })
  expect(expected).toBeLessThan(1_000)
})

test("the user's component template is applied last and is not among what is installed", () => {
  const templates = buildTemplates(fullCapabilities)
  const index = templates.at(-1)!
  expect(templates.map(({ name }) => name)).not.toContain(templateNames.custom)
  expect((index.body['composed_of'] as string[]).at(-1)).toBe(templateNames.custom)
  expect(index.body['ignore_missing_component_templates']).toEqual([templateNames.custom])
  expect(index.body['index_patterns']).toEqual(['logs-*-*'])
  expect(index.body['priority']).toBeGreaterThan(200)
  expect(index.body['data_stream']).toEqual({})
})

test('ledgers have a template of their own, which maps what is asked for and keeps the rest', () => {
  const template = buildTemplates(fullCapabilities).find(
    ({ name }) => name === templateNames.metrics,
  )!
  expect(template.body).toMatchObject({
    index_patterns: ['metrics-millrace.*-*'],
    data_stream: {},
    template: { lifecycle: { enabled: true } },
  })
  const { mappings } = template.body['template'] as {
    mappings: { dynamic: unknown; properties: Properties }
  }
  expect(mappings.dynamic).toBe(false)
  expect(mappingOf(mappings.properties, 'millrace.ledger.instance')['type']).toBe('keyword')
  expect(mappingOf(mappings.properties, 'millrace.ledger.issued')['type']).toBe('long')
  expect(mappingOf(mappings.properties, 'millrace.ledger.droppedRanges')['enabled']).toBe(false)
  expect(mappingOf(mappings.properties, 'service.name')['type']).toBe('keyword')
})

test('retention is the lifecycle of the data stream, and keeps for ever unless it is set', () => {
  const [forEver, month] = [{}, { retention: '30d' }].map((options) => {
    return buildTemplates(fullCapabilities, options).at(-1)!.body['template']
  })
  expect(forEver).toMatchObject({ lifecycle: { enabled: true } })
  expect(JSON.stringify(forEver)).not.toContain('retention')
  expect(month).toMatchObject({ lifecycle: { enabled: true, data_retention: '30d' } })
})

test('the hash of the release is the same for every server and retention, that of the content is not', () => {
  const full = buildTemplates(fullCapabilities)
  const small = buildTemplates(bare, { retention: '30d' })
  const hashes = [...full, ...small].map(({ body }) => body._meta.definition_hash)
  expect(new Set(hashes)).toEqual(new Set([currentDefinitionHash()]))
  const same = small.filter(({ body }, index) => {
    return body._meta.content_hash === full[index]!.body._meta.content_hash
  })
  expect(same.map(({ name }) => name)).toEqual([templateNames.settings])
})
