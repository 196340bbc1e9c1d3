// `millrace setup`, Kibana's part: the saved objects that are shipped, imported or compared.
import { readFileSync } from 'node:fs'
import {
  type CheckedObject,
  createKibanaClient,
  type ImportOutcome,
  type KibanaSettings,
  validateSavedObjects,
} from '@millrace/kibana'
import type { CommandContext } from '../context.ts'
import { CommandError } from '../exit-code.ts'
import type { Item } from './item.ts'

/** Made from `kibana/objects`; a container image has it in the same place. */
const shippedFile = new URL('../../../../kibana/millrace.ndjson', import.meta.url)

export async function kibanaItems(
  settings: KibanaSettings,
  { check, context }: { check: boolean; context: CommandContext },
): Promise<Item[]> {
  const { output, clock, signal } = context
  const ndjson = shippedObjects()
  const onWaiting = (reason: string): void => output.note(`waiting: ${reason}`)
  const client = createKibanaClient(settings, { clock, signal, onWaiting })
  try {
    const version = await output.during('Kibana', client.untilReady())
    const work = check
      ? client.checkObjects(ndjson).then((found) => found.map(checkedItem))
      : client.importObjects(ndjson).then(importedItems)
    const items = await output.during('Saved objects', work)
    if (version !== undefined) output.note(`Kibana ${version}`)
    return items
  } finally {
    await client.close()
  }
}

/** A mistake in the file would show in Kibana late, as an empty panel. */
function shippedObjects(): string {
  const text = readFileSync(shippedFile, 'utf8')
  const objects = text.split('\n').filter((line) => line !== '')
  const findings = validateSavedObjects(objects.map((line) => JSON.parse(line) as unknown))
  const [first] = findings
  if (first === undefined) return text
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new CommandError(
    `kibana/millrace.ndjson is not what it should be: ${first.object}, ${first.at}: ${first.text}${more}`,
  )
}

function importedItems({ imported, failed }: ImportOutcome): Item[] {
  return [
    ...imported.map(({ type, id, action }) => ({ ...itemOf(type, id), action })),
    ...failed.map(({ type, id, reason }) => ({
      ...itemOf(type, id),
      action: 'failed' as const,
      note: reason,
    })),
  ]
}

function checkedItem({ type, id, state, at }: CheckedObject): Item {
  const item = itemOf(type, id)
  if (state === 'same') return { ...item, action: 'unchanged' }
  if (state === 'missing') return { ...item, action: 'missing' }
  return { ...item, action: 'outdated', note: `other than what is shipped: ${at}` }
}

const kinds: Readonly<Record<string, string>> = { 'index-pattern': 'data view' }

function itemOf(type: string, id: string): Pick<Item, 'kind' | 'name'> {
  return { kind: 'kibana', name: `${kinds[type] ?? type} ${id}` }
}
