// The objects that are shipped, as data that a test may break.
import { readFileSync } from 'node:fs'
import { validateSavedObjects } from '../../src/index.ts'

// oxlint-disable-next-line no-explicit-any -- JSON that tests reach deep into, to break it
type Open = { [key: string]: any }

export interface OpenObject {
  id: string
  type: string
  attributes: Open
  references: { name: string; type: string; id: string }[]
  [key: string]: unknown
}

export const shippedFile = new URL('../../../../kibana/millrace.ndjson', import.meta.url)

export function parseNdjson(text: string): OpenObject[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as OpenObject)
}

/** A dashboard with the JSON in its texts opened. */
export interface OpenDashboard {
  attributes: Open
  references: OpenObject['references']
  panels: Open[]
  controls: Open
}

export class Shipped {
  readonly objects: OpenObject[] = parseNdjson(readFileSync(shippedFile, 'utf8'))

  object(id: string): OpenObject {
    return this.objects.find((object) => object.id === id)!
  }

  /** Changes the JSON inside of a text. */
  inText(holder: Open, member: string, change: (content: Open) => void): void {
    const content = JSON.parse(holder[member] as string) as Open
    change(content)
    holder[member] = JSON.stringify(content)
  }

  overview(change: (dashboard: OpenDashboard) => void): void {
    const { attributes, references } = this.object('millrace-logs-overview')
    const group = attributes['controlGroupInput'] as Open
    this.inText(attributes, 'panelsJSON', (panels) =>
      this.inText(group, 'panelsJSON', (controls) =>
        change({ attributes, references, panels: panels as Open[], controls }),
      ),
    )
  }

  /** The attributes of a Lens panel of the overview, and its one layer. */
  lens(panelIndex: string, change: (lens: Open, layer: Open, columns: Open) => void): void {
    this.overview(({ panels }) => {
      const panel = panels.find((each) => each['panelIndex'] === panelIndex)!
      const lens = panel['embeddableConfig'].attributes as Open
      const layer = lens['state'].datasourceStates.formBased.layers.layer as Open
      change(lens, layer, layer['columns'] as Open)
    })
  }
}

export type Change = (shipped: Shipped) => void

/** The rules that what is shipped breaks after the change. */
export function brokenRules(change: Change): string[] {
  const shipped = new Shipped()
  change(shipped)
  return validateSavedObjects(shipped.objects).map((finding) => finding.rule)
}
