import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateSavedObjects } from '../../src/index.ts'
import { brokenRules, type Change, parseNdjson, Shipped } from '../support/shipped.ts'

const fixtures = new URL('../fixtures/', import.meta.url)

it('finds nothing wrong with what is shipped', () => {
  expect(validateSavedObjects(new Shipped().objects)).toEqual([])
})

describe('each rule, broken once in what is shipped', () => {
  it.each<[rule: string, how: string, change: Change]>([
    ['unique', 'an object twice', ({ objects }) => objects.push(objects[0]!)],
    ['shape', 'no id', ({ objects }) => delete (objects[0] as Partial<(typeof objects)[0]>).id],
    ['shape', 'an id that is not ours', ({ objects }) => (objects[0]!.id = 'logs')],
    ['shape', 'managed', ({ objects }) => (objects[0]!['managed'] = true)],
    ['shape', 'an unknown type', ({ objects }) => (objects[0]!.type = 'visualization')],
    ['shape', 'an unknown key', ({ objects }) => (objects[0]!['migrationVersion'] = {})],
    [
      'shape',
      'no version of the type',
      ({ objects }) => delete objects[0]!['typeMigrationVersion'],
    ],
    [
      'shape',
      'a newer core version',
      ({ objects }) => (objects[0]!['coreMigrationVersion'] = '9.0.0'),
    ],
    [
      'version',
      'a version that older Kibanas refuse',
      ({ objects }) => (objects.at(-1)!['typeMigrationVersion'] = '10.3.0'),
    ],
    [
      'shape',
      'a data view without a time field',
      (shipped) => delete shipped.object('millrace-logs').attributes['timeFieldName'],
    ],
    [
      'shape',
      'a list of a data view that is no text',
      (shipped) => (shipped.object('millrace-logs').attributes['fields'] = []),
    ],
    [
      'shape',
      'text that is no JSON',
      (shipped) => (shipped.object('millrace-logs').attributes['typeMeta'] = '{'),
    ],
    [
      'shape',
      'an unknown attribute of a search',
      (shipped) => (shipped.object('millrace-errors').attributes['tabs'] = []),
    ],
    [
      'shape',
      'a sort that is no pair',
      (shipped) => (shipped.object('millrace-errors').attributes['sort'] = ['@timestamp', 'desc']),
    ],
    [
      'reference-needed',
      "a search's data view under another name",
      (shipped) => (shipped.object('millrace-errors').references[0]!.name = 'index'),
    ],
    [
      'kql',
      "a search's query that is no KQL",
      (shipped) =>
        shipped.inText(
          shipped.object('millrace-errors').attributes['kibanaSavedObjectMeta'],
          'searchSourceJSON',
          (source) => (source.query.query = 'log.level: (error'),
        ),
    ],
    ['panel-id', 'two of one id', (shipped) => twinPanel(shipped)],
    [
      'panel-id',
      'a grid that names another panel',
      (shipped) => shipped.overview(({ panels }) => (panels[0]!['gridData'].i = 'other')),
    ],
    [
      'grid',
      'a panel past the edge',
      (shipped) => shipped.overview(({ panels }) => (panels[3]!['gridData'].w = 13)),
    ],
    [
      'overlap',
      'a panel over its neighbour',
      (shipped) => shipped.overview(({ panels }) => (panels[0]!['gridData'].w = 13)),
    ],
    [
      'shape',
      'a panel without a description',
      (shipped) =>
        shipped.overview(({ panels }) => delete panels[0]!['embeddableConfig'].description),
    ],
    [
      'shape',
      'a panel of a legacy kind',
      (shipped) => shipped.overview(({ panels }) => (panels[0]!['type'] = 'visualization')),
    ],
    [
      'time-restore',
      'a time that is kept and not there',
      (shipped) => shipped.overview(({ attributes }) => delete attributes['timeTo']),
    ],
    [
      'control-id',
      'a control of another id',
      (shipped) =>
        shipped.overview(({ controls }) => (controls['level'].explicitInput.id = 'service')),
    ],
    [
      'shape',
      'a control without a field',
      (shipped) =>
        shipped.overview(({ controls }) => delete controls['level'].explicitInput.fieldName),
    ],
    [
      'reference-needed',
      'a panel whose reference is gone',
      (shipped) => shipped.overview(({ references }) => references.splice(0, 1)),
    ],
    [
      'reference-missing',
      'a reference to what is not there',
      (shipped) => shipped.objects.splice(0, 1),
    ],
    [
      'reference-twin',
      'a reference to something else than the panel means',
      (shipped) => shipped.overview(({ references }) => (references[0]!.id = 'millrace-metrics')),
    ],
    [
      'reference-twice',
      'a name twice',
      (shipped) => shipped.overview(({ references }) => references.push(references[0]!)),
    ],
    [
      'reference-unused',
      'a reference that nothing uses',
      (shipped) =>
        shipped.object('millrace-logs').references.push({
          name: 'other',
          type: 'index-pattern',
          id: 'millrace-metrics',
        }),
    ],
  ])('%s: %s', (rule, _, change) => expect(brokenRules(change)).toContain(rule))

  it('says where', () => {
    const shipped = new Shipped()
    shipped.overview(({ panels }) => (panels[3]!['gridData'].w = 13))
    expect(validateSavedObjects(shipped.objects)).toEqual([
      {
        object: 'dashboard:millrace-logs-overview',
        rule: 'grid',
        at: 'attributes.panelsJSON.3',
        text: 'x 36, width 13, y 0, height 6 is not within 48 columns',
      },
    ])
  })
})

describe('what Kibana itself exports', () => {
  it('is taken, a dashboard with controls and 34 panels', () => {
    const file = new URL('elasticsearch-labs-spotify-8.x.ndjson', fixtures)
    const lines = parseNdjson(readFileSync(file, 'utf8'))
    const objects = lines.filter((line) => line['exportedCount'] === undefined)
    expect(objects.length).toBe(2)
    expect(validateSavedObjects(objects, 'any')).toEqual([])
  })
})

function twinPanel(shipped: Shipped): void {
  shipped.overview(({ panels }) => {
    panels[1]!['panelIndex'] = panels[0]!['panelIndex']
    panels[1]!['gridData'].i = panels[0]!['panelIndex']
  })
}
