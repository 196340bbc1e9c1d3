import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { createKibanaClient } from '../../src/index.ts'
import type { Stored } from '../support/import-rules.ts'
import { type KibanaDouble, startKibanaDouble } from '../support/kibana-double.ts'
import { shippedFile } from '../support/shipped.ts'

const shipped = readFileSync(shippedFile, 'utf8')

async function imported(change: (kibana: KibanaDouble, object: (id: string) => Stored) => void) {
  const kibana = await startKibanaDouble()
  const client = createKibanaClient({ url: kibana.url })
  onTestFinished(() => client.close())
  await client.importObjects(shipped)
  const space = kibana.stored.get('default')!
  change(kibana, (id) => [...space.values()].find((object) => object.id === id)!)
  const found = await client.checkObjects(shipped)
  return found.filter(({ state }) => state !== 'same')
}

function inText(object: Stored, member: string, change: (content: never) => void): void {
  const content = JSON.parse(object.attributes[member] as string) as never
  change(content)
  object.attributes[member] = JSON.stringify(content)
}

it('finds all the same after an import', async () => {
  expect(await imported(() => {})).toEqual([])
})

it('finds what is not there, and still looks at the others', async () => {
  const found = await imported(({ stored }, object) => {
    stored.get('default')!.delete('search:millrace-trace')
    object('millrace-errors').attributes['title'] = 'Errors'
  })
  expect(found).toEqual([
    { type: 'search', id: 'millrace-errors', state: 'different', at: 'attributes.title' },
    { type: 'search', id: 'millrace-trace', state: 'missing' },
  ])
})

it('finds everything missing in an empty Kibana', async () => {
  const found = await imported(({ stored }) => stored.get('default')!.clear())
  expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['missing']))
})

it('finds a change within a panel, and not the order of members or what Kibana adds', async () => {
  const found = await imported((_, object) => {
    const dashboard = object('millrace-logs-overview')
    inText(dashboard, 'optionsJSON', (options: Record<string, boolean>) => {
      for (const name of Object.keys(options).toReversed()) {
        const value = options[name]!
        delete options[name]
        options[name] = value
      }
    })
    dashboard['version'] = 'WzEsMV0='
    dashboard.attributes['sections'] = []
    inText(
      object('millrace-pipeline-health'),
      'panelsJSON',
      (panels: { gridData: { w: number } }[]) => {
        panels[1]!.gridData.w = 24
      },
    )
  })
  expect(found).toEqual([
    {
      type: 'dashboard',
      id: 'millrace-pipeline-health',
      state: 'different',
      at: 'attributes.panelsJSON.1.gridData.w',
    },
  ])
})

it('compares what a newer Kibana has migrated by titles and panels', async () => {
  const migrate = (object: Stored): void => {
    object.typeMigrationVersion = '10.3.0'
    inText(object, 'panelsJSON', (panels: Record<string, unknown>[]) => {
      for (const panel of panels) {
        const config = panel['embeddableConfig'] as Record<string, unknown>
        config['title'] = panel['title']
        delete panel['title']
        delete panel['panelRefName']
      }
    })
  }
  const found = await imported((_, object) => {
    migrate(object('millrace-logs-overview'))
    migrate(object('millrace-pipeline-health'))
    inText(object('millrace-pipeline-health'), 'panelsJSON', (panels: unknown[]) => {
      panels.shift()
    })
  })
  expect(found).toEqual([
    {
      type: 'dashboard',
      id: 'millrace-pipeline-health',
      state: 'different',
      at: 'attributes.panels.lines',
    },
  ])
})
