// A store whose data stream rolls over: each backing index knows its own documents only.
import type { BackingIndex, StoredCopy } from '@millrace/elastic'
import { FakeStore } from './fakes.ts'
import type { ManualClock } from '../../../../test/support/manual-clock.ts'

interface Index extends BackingIndex {
  ids: Set<string>
}

export class RollingStore extends FakeStore {
  readonly indices: Index[] = []
  /** Every request but the bulk ones, in order. */
  readonly asked: string[] = []
  /** Called before each of them; may throw. */
  onAsk: (request: string) => void = () => {}
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    super()
    this.#clock = clock
    this.rollOver()
  }

  rollOver(): void {
    const name = `.ds-${String(this.indices.length + 1).padStart(6, '0')}`
    this.indices.push({ name, createdAtMs: this.#clock.now(), ids: new Set() })
  }

  override backingIndices(): Promise<readonly BackingIndex[]> {
    return this.#ask('indices', () =>
      this.indices.map(({ name, createdAtMs }) => ({ name, createdAtMs })),
    )
  }

  override findDocuments(name: string, ids: readonly string[]): Promise<readonly StoredCopy[]> {
    return this.#ask(`find ${ids.length} in ${name}`, () => {
      const index = this.indices.find((each) => each.name === name)
      return ids.filter((id) => index?.ids.has(id)).map((id) => ({ id, seqNo: 1, primaryTerm: 1 }))
    })
  }

  override deleteCopy(name: string, { id }: StoredCopy): Promise<boolean> {
    return this.#ask(`delete in ${name}`, () =>
      Boolean(this.indices.find((each) => each.name === name)?.ids.delete(id)),
    )
  }

  override index(ids: readonly string[], statusOf?: (id: string) => number | undefined) {
    const { name: _index, ids: held } = this.indices.at(-1)!
    const items = ids.map((id) => {
      const status = statusOf?.(id) ?? (held.has(id) ? 409 : 201)
      if (status < 300) held.add(id)
      const error = { type: status === 409 ? 'version_conflict_engine_exception' : 'error' }
      return { create: { _id: id, _index, status, ...(status >= 300 && { error }) } }
    })
    // The answers of the base class name no index.
    return {
      errors: true,
      took: 1,
      items: items as unknown as ReturnType<FakeStore['index']>['items'],
    }
  }

  /** Names of the indices that hold each id. */
  copies(): Record<string, string[]> {
    const copies: Record<string, string[]> = {}
    for (const { name, ids } of this.indices) {
      for (const id of ids) (copies[id] ??= []).push(name)
    }
    return copies
  }

  async #ask<Answer>(request: string, answer: () => Answer): Promise<Answer> {
    this.asked.push(request)
    this.onAsk(request)
    return answer()
  }
}
