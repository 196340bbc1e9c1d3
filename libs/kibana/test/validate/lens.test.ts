import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fits } from '../../src/validate/finding.ts'
import { judgeLens } from '../../src/validate/lens-rules.ts'
import { lensSchema } from '../../src/validate/lens-schema.ts'
import { brokenRules, type Change } from '../support/shipped.ts'

describe('each rule of Lens, broken once in what is shipped', () => {
  it.each<[rule: string, how: string, change: Change]>([
    [
      'layer-reference',
      'a layer without a data view',
      (shipped) => shipped.lens('events', (lens) => (lens['references'] = [])),
    ],
    [
      'layer-reference',
      'a data view of no layer',
      (shipped) =>
        shipped.lens('events', (lens) =>
          lens['references'].push({
            ...lens['references'][0],
            name: 'indexpattern-datasource-layer-b',
          }),
        ),
    ],
    [
      'column-order',
      'a column that is out of order',
      (shipped) => shipped.lens('events', (_, layer) => (layer['columnOrder'] = [])),
    ],
    [
      'buckets-first',
      'a bucket after a figure',
      (shipped) =>
        shipped.lens(
          'top-hosts',
          (_, layer) => (layer['columnOrder'] = layer['columnOrder'].toReversed()),
        ),
    ],
    [
      'bucketed',
      'a figure that says it divides',
      (shipped) =>
        shipped.lens('events', (_, __, columns) => (columns['figure'].isBucketed = true)),
    ],
    [
      'count-of-records',
      'a count of a field',
      (shipped) =>
        shipped.lens('events', (_, __, columns) => (columns['figure'].sourceField = 'message')),
    ],
    [
      'terms-order',
      'values ranked by themselves',
      (shipped) =>
        shipped.lens(
          'top-hosts',
          (_, __, columns) => (columns['host'].params.orderBy.columnId = 'host'),
        ),
    ],
    [
      'shape',
      'an operation that is not ours',
      (shipped) =>
        shipped.lens('events', (_, __, columns) => (columns['figure'].operationType = 'formula')),
    ],
    [
      'shape',
      'a bucket without its size',
      (shipped) =>
        shipped.lens('top-hosts', (_, __, columns) => delete columns['host'].params.size),
    ],
    [
      'shape',
      'a column without a scale',
      (shipped) => shipped.lens('events', (_, __, columns) => delete columns['figure'].scale),
    ],
    [
      'kql',
      "a column's filter that is no KQL",
      (shipped) =>
        shipped.lens('errors', (_, __, columns) => (columns['figure'].filter.query = 'a: (b')),
    ],
    [
      'kql',
      "a panel's query that is no KQL",
      (shipped) => shipped.lens('events', (lens) => (lens['state'].query.query = 'a:')),
    ],
    [
      'layer',
      'a visualisation of another layer',
      (shipped) => shipped.lens('events', (lens) => (lens['state'].visualization.layerId = 'b')),
    ],
    [
      'accessor',
      'a figure that is no column',
      (shipped) =>
        shipped.lens('events', (lens) => (lens['state'].visualization.metricAccessor = 'b')),
    ],
    [
      'accessor',
      'a column that is not shown',
      (shipped) => shipped.lens('top-hosts', (lens) => lens['state'].visualization.columns.pop()),
    ],
    [
      'shape',
      'a chart that is kept as a figure',
      (shipped) =>
        shipped.lens('levels-over-time', (lens) => (lens['visualizationType'] = 'lnsMetric')),
    ],
    [
      'shape',
      'a colour that is none',
      (shipped) =>
        shipped.lens(
          'levels-over-time',
          (lens) =>
            (lens['state'].visualization.layers[0].colorMapping.assignments[0].color.colorCode =
              'red'),
        ),
    ],
  ])('%s: %s', (rule, _, change) => expect(brokenRules(change)).toContain(rule))
})

describe('what the builder of Kibana prints', () => {
  const folder = new URL('../fixtures/lens-builder-9.2.0/', import.meta.url)
  it.each(readdirSync(folder))('is taken: %s', (name) => {
    const findings: string[] = []
    const report = (...finding: string[]): unknown => findings.push(finding.join(' '))
    const printed: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    const lens = fits(lensSchema('any'), printed, report)
    if (lens !== undefined) judgeLens(lens, 'any', report)
    expect(findings).toEqual([])
  })
})
