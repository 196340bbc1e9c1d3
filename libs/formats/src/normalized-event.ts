// One finished event: its id, where it goes, and its document, as an object for people or as JSON text for the wire.
import type { EcsDocument, JsonObject, JsonValue } from '@millrace/ecs'
import type { Layout } from './document-layout.ts'

/** What every document of one record's source and format has in common. */
export interface CommonMembers {
  readonly members: JsonObject
  /** The members as JSON, each after a comma. */
  readonly text: string
}

export function commonMembers(members: JsonObject): CommonMembers {
  return { members, text: `,${JSON.stringify(members).slice(1, -1)}` }
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
  readonly #attributes: JsonObject | undefined
  #document: EcsDocument | undefined

  constructor(
    { id, dataStream }: { id: string; dataStream: string },
    { layout, values }: { layout: Layout; values: readonly JsonValue[] },
    { common, attributes }: { common: CommonMembers; attributes: JsonObject | undefined },
  ) {
    this.id = id
    this.dataStream = dataStream
    this.#layout = layout
    this.#values = values
    this.#common = common
    this.#attributes = attributes
  }

  get document(): EcsDocument {
    this.#document ??= {
      ...this.#layout.toObject(this.#values),
      ...structuredClone(this.#common.members),
      ...(this.#attributes !== undefined && { attributes: this.#attributes }),
    } as EcsDocument
    return this.#document
  }

  get documentText(): string {
    const text = this.#layout.toOpenText(this.#values) + this.#common.text
    return this.#attributes === undefined
      ? `${text}}`
      : `${text},"attributes":${JSON.stringify(this.#attributes)}}`
  }

  toJSON(): { id: string; dataStream: string; document: EcsDocument } {
    return { id: this.id, dataStream: this.dataStream, document: this.document }
  }
}
