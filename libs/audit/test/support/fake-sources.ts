// Sources of a world that is written down in the test.
import { type Ledger, SequenceRanges } from '@millrace/envelope'
import type { AuditSources } from '../../src/index.ts'
import type { LedgerSource } from '../../src/instance-books.ts'

export interface World {
  /** Documents of the ledger stream. */
  ledgers?: { ledger: Ledger; source?: LedgerSource }[]
  /** Ledgers and keys in the stretch that is not committed. */
  unreadLedgers?: { ledger: Ledger; source?: LedgerSource }[]
  unreadKeys?: string[]
  /** `_id` and data stream; one that is there twice is in two backing indices. */
  documents?: [id: string, stream?: string][]
  deadLetterDocuments?: string[]
  deadLetterRecords?: string[]
  horizons?: Record<string, number>
  ledgerHorizonAt?: number
  /** Epoch ms. */
  nowMs: number
  /** Double ids that are gone at the second look. */
  clearedUp?: string[]
  instancesOfDocuments?: string[]
  unread?: { gone?: number; isGroupNew?: boolean }
  /** What was asked for. */
  asked?: string[]
}

export function fakeSources(world: World): AuditSources {
  const asked = world.asked ?? []
  const note = (what: string): Promise<void> => {
    asked.push(what)
    return Promise.resolve()
  }
  return {
    begin: () => note('begin'),
    async horizons() {
      await note('horizons')
      return {
        streams: new Map(Object.entries(world.horizons ?? {})),
        ledgers: world.ledgerHorizonAt,
      }
    },
    async ledgers(_filter, onLedger) {
      await note('ledgers')
      for (const { ledger, source = {} } of world.ledgers ?? []) onLedger(ledger, source)
    },
    async unread({ onKey, onLedger }) {
      await note('unread')
      for (const key of world.unreadKeys ?? []) onKey(key, world.nowMs)
      for (const { ledger, source = {} } of world.unreadLedgers ?? []) onLedger(ledger, source)
      const lag = (world.unreadKeys?.length ?? 0) + (world.unreadLedgers?.length ?? 0)
      return { lag, gone: 0, isGroupNew: false, endsAt: world.nowMs, ...world.unread }
    },
    async instancesOfDocuments() {
      await note('instances')
      return world.instancesOfDocuments ?? []
    },
    async indexed(instances, onDocument) {
      await note('indexed')
      for (const [id, stream = 'logs-app-default'] of world.documents ?? []) {
        if (instances?.includes(id.slice(0, 16)) ?? true) onDocument(id, stream)
      }
    },
    async stillDouble(ids) {
      await note('stillDouble')
      return new Set(ids.filter((id) => world.clearedUp?.includes(id) !== true))
    },
    async deadLetterDocuments(onId) {
      await note('deadLetterDocuments')
      for (const id of world.deadLetterDocuments ?? []) onId(id)
    },
    async deadLetterRecords(onId) {
      await note('deadLetterRecords')
      for (const id of world.deadLetterRecords ?? []) onId(id)
    },
  }
}

const emptyLedger: Omit<Ledger, 'instance'> = {
  number: 1,
  at: 0,
  issued: 0,
  settled: 0,
  isClosed: false,
  durability: 'overflow',
  published: 0,
  truncated: 0,
  redacted: 0,
  spooled: 0,
  dropped: {},
  droppedRanges: {},
  droppedUnidentified: {},
  spooledRanges: new SequenceRanges(),
}

/** A ledger with the given members; ranges as text. */
export function ledgerOf(
  instance: string,
  members: Partial<Omit<Ledger, 'droppedRanges' | 'spooledRanges'>> & {
    droppedRanges?: Record<string, string>
    spooledRanges?: string
  },
): Ledger {
  const { droppedRanges = {}, spooledRanges = '', ...rest } = members
  return {
    ...emptyLedger,
    instance,
    ...rest,
    droppedRanges: Object.fromEntries(
      Object.entries(droppedRanges).map(([reason, text]) => [reason, SequenceRanges.parse(text)!]),
    ),
    spooledRanges: SequenceRanges.parse(spooledRanges)!,
  }
}
