// A finished event whose document a plan has written: the text is there first, the object only when somebody asks.
import type { EcsDocument } from '@millrace/ecs'
import type { NormalizedEvent } from '../normalized-event.ts'

export class PlannedEvent implements NormalizedEvent {
  readonly id: string
  readonly dataStream: string
  readonly documentText: string
  #document: EcsDocument | undefined

  constructor(id: string, dataStream: string, documentText: string) {
    this.id = id
    this.dataStream = dataStream
    this.documentText = documentText
  }

  get document(): EcsDocument {
    this.#document ??= JSON.parse(this.documentText) as EcsDocument
    return this.#document
  }

  toJSON(): { id: string; dataStream: string; document: EcsDocument } {
    return { id: this.id, dataStream: this.dataStream, document: this.document }
  }
}
