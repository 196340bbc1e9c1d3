// Which fields there are and of which type: asked once in a while, for all searches.
import { ecsFields } from '@millrace/ecs'
import type { Clock } from '@millrace/foundation'
import type { LogStore } from './log-store.mts'

export interface KnownFields {
  /** All mapped fields. */
  names: readonly string[]
  /** Keys of a flattened field have its type. Undefined: not mapped. */
  typeOf(field: string): string | undefined
  isCountable(field: string): boolean
}

const keptMs = 30_000

export class FieldTypes {
  readonly #store: Pick<LogStore, 'fieldTypes'>
  readonly #clock: Clock
  #kept: { at: number; fields: Promise<KnownFields> } | undefined

  constructor(store: Pick<LogStore, 'fieldTypes'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  read(): Promise<KnownFields> {
    const now = this.#clock.monotonicMs()
    if (this.#kept !== undefined && now - this.#kept.at < keptMs) return this.#kept.fields
    const fields = this.#store.fieldTypes().then(knownFields)
    const kept = { at: now, fields }
    this.#kept = kept
    const forget = (): void => {
      if (this.#kept === kept) this.#kept = undefined
    }
    // Where nothing is mapped yet, the first stream may come into being the next moment.
    fields.then(({ names }) => names.length === 0 && forget(), forget)
    return fields
  }
}

function knownFields(
  found: Record<string, Record<string, { aggregatable?: boolean }>>,
): KnownFields {
  const types = new Map<string, { type: string; isCountable: boolean }>()
  for (const [name, byType] of Object.entries(found)) {
    const type = typeAmong(name, Object.keys(byType))
    if (type === undefined || type === 'object' || type === 'nested') continue
    types.set(name, { type, isCountable: byType[type]?.aggregatable === true })
  }
  const lookUp = (field: string): { type: string; isCountable: boolean } | undefined => {
    const own = types.get(field)
    if (own !== undefined) return own
    for (let end = field.lastIndexOf('.'); end > 0; end = field.lastIndexOf('.', end - 1)) {
      const parent = types.get(field.slice(0, end))
      if (parent?.type === 'flattened') return { type: 'flattened', isCountable: true }
    }
    return undefined
  }
  return {
    names: [...types.keys()].filter((name) => !name.startsWith('_')),
    typeOf: (field) => lookUp(field)?.type,
    isCountable: (field) => lookUp(field)?.isCountable === true,
  }
}

/** Where streams of others have another type for a field, what Millrace's own templates make of it counts. */
function typeAmong(name: string, types: readonly string[]): string | undefined {
  const own = ecsFields.get(name)?.type
  // By this name Elasticsearch tells of it.
  const told = own === 'match_only_text' ? 'text' : own
  return types.find((type) => type === told) ?? types[0]
}
