// One finished event: its id, where it goes, and its document, as an object for people or as JSON text for the wire.
import type { EcsDocument, JsonObject, JsonValue } from '@millrace/ecs'
import type { Layout } from './document-layout.ts'

/** What every document of one record's source and format has in common. */
export interface CommonMembers {
  readonly members: JsonObject & { readonly millrace: JsonObject }
  /** The members as JSON, each after a comma; `millrace` is the last, and its brace is not closed. */
  readonly openText: string
}

/** How a record came: through which partition, and how long after its own time it was read. Unit of `delayMs`: ms. */
export interface Transit {
  readonly delayMs: number
  readonly partition: number
}

export function commonMembers(
  members: JsonObject & { readonly millrace: JsonObject },
): CommonMembers {
  const { millrace, ...others } = members
  const text = JSON.stringify({ ...others, millrace })
  return { members, openText: `,${text.slice(1, -2)}` }
}

/** The members of `millrace` that differ between the records of one source. */
function transitMembers(transit: Transit | undefined): JsonObject {
  if (transit === undefined) return {}
  return { indexing_delay_ms: transit.delayMs, partition: transit.partition }
}

/** The same as JSON, each after a comma. */
function transitText(transit: Transit | undefined): string {
  if (transit === undefined) return ''
  return `,"indexing_delay_ms":${transit.delayMs},"partition":${transit.partition}`
}

export interface NormalizedEvent {
  /** Elasticsearch `_id`. */
  readonly id: string
  /** `logs-<dataset>-<namespace>`. */
  readonly dataStream: string
  /** Nested objects, ready for JSON.stringify. The same object every time. */
  readonly document: EcsDocument
  /** Exactly JSON.stringify(document), in a fraction of the time. */
  readonly documentText: string
}

/** Made by the rules. Neither object nor text is there before somebody asks: the indexer wants one, `explain` the other. */
export class DraftedEvent implements NormalizedEvent {
  readonly id: string
  readonly dataStream: string
  readonly #layout: Layout
  readonly #values: readonly JsonValue[]
  readonly #common: CommonMembers
  readonly #transit: Transit | undefined
  readonly #attributes: JsonObject | undefined
  #document: EcsDocument | undefined

  constructor(
    { id, dataStream }: { id: string; dataStream: string },
    { layout, values }: { layout: Layout; values: readonly JsonValue[] },
    {
      common,
      transit,
      attributes,
    }: {
      common: CommonMembers
      transit: Transit | undefined
      attributes: JsonObject | undefined
    },
  ) {
    this.id = id
    this.dataStream = dataStream
    this.#layout = layout
    this.#values = values
    this.#common = common
    this.#transit = transit
    this.#attributes = attributes
  }

  get document(): EcsDocument {
    const common = structuredClone(this.#common.members)
    this.#document ??= {
      ...this.#layout.toObject(this.#values),
      ...common,
      millrace: { ...common.millrace, ...transitMembers(this.#transit) },
      ...(this.#attributes !== undefined && { attributes: this.#attributes }),
    } as JsonObject as EcsDocument
    return this.#document
  }

  get documentText(): string {
    const text = `${this.#layout.toOpenText(this.#values)}${this.#common.openText}${transitText(this.#transit)}}`
    return this.#attributes === undefined
      ? `${text}}`
      : `${text},"attributes":${JSON.stringify(this.#attributes)}}`
  }

  toJSON(): { id: string; dataStream: string; document: EcsDocument } {
    return { id: this.id, dataStream: this.dataStream, document: this.document }
  }
}
