// The steps of a line's way, put together: who tells whom.
import type { Ledger } from '@millrace/envelope'
import type { Clock, Random } from '@millrace/foundation'
import type { Producer } from '@millrace/kafka'
import { BatchSize } from './batch-size.ts'
import { Batcher } from './batcher.ts'
import { Books } from './books.ts'
import { Delivery } from './delivery.ts'
import { Dispatcher } from './dispatcher.ts'
import { Identity } from './identity.ts'
import type { LedgerFate } from './ledger-writer.ts'
import { LineSpool } from './line-spool.ts'
import type { Notes } from './notes.ts'
import type { Settings } from './settings.ts'
import { type SinkLimits, sinkLimits } from './sink-limits.ts'
import type { SpoolAccess } from './spool-access.ts'
import { SpoolRecovery } from './spool-recovery.ts'

export interface SinkEdge {
  createProducer: () => Producer
  spool: SpoolAccess
  clock: Clock
  random: Random
  hostname: string
  notes: Notes
  limits?: Partial<SinkLimits>
}

export interface SinkParts {
  limits: SinkLimits
  identity: Identity
  books: Books
  delivery: Delivery
  batcher: Batcher
  dispatcher: Dispatcher
  /** Absent where there is no spool. */
  spool: LineSpool | undefined
  recovery: SpoolRecovery | undefined
}

export interface SinkHooks {
  /** Bytes of the line that is not finished yet. */
  heldBytes: () => number
  /** A batch is on its way. */
  onBatch: () => void
}

export function assembleSink(settings: Settings, edge: SinkEdge, hooks: SinkHooks): SinkParts {
  const limits = { ...sinkLimits, ...edge.limits }
  const { clock, notes } = edge
  const identity = new Identity({ settings, ...edge })
  const books = new Books({
    instance: identity.instance,
    durability: settings.spool === false ? 'none' : settings.durability,
    clock,
    rangesMax: limits.ledgerRangesMax,
    notes,
    onDrop: settings.onDrop,
    spooled: () => spool?.stored,
  })
  const { recordOverheadBytes } = identity
  const batchSize = new BatchSize({ ...settings, recordOverheadBytes })
  const delivery = new Delivery({
    ...edge,
    topic: settings.topic,
    compression: settings.compression,
    toRecords: (lines, isResent) => identity.records(lines, isResent),
    backoff: { initialMs: limits.retryInitialMs, maxMs: limits.retryMaxMs },
    publishTimeoutMs: limits.publishTimeoutMs,
    lineCutMinBytes: limits.lineCutMinBytes,
    awayAfterMs: limits.awayAfterMs,
    batchSize,
    counters: books.counters,
  })
  const batcher = new Batcher({
    clock,
    lingerMs: settings.lingerMs,
    batchSize,
    batchLinesMax: limits.batchLinesMax,
    recordOverheadBytes,
    onLingerEnd: () => dispatcher.pump(),
  })
  const disk =
    settings.spool === false
      ? undefined
      : { ...edge, access: edge.spool, settings, ...settings.spool, limits, identity, delivery }
  const recovery = disk === undefined ? undefined : new SpoolRecovery(disk)
  const spool: LineSpool | undefined =
    disk === undefined
      ? undefined
      : new LineSpool({
          ...disk,
          books,
          spokenFor: () => dispatcher.spokenFor,
          whenNotHeld: (sequences) => dispatcher.whenNotHeld(sequences),
          onLoss: (loss) => {
            if (!loss.isOwn) return recovery?.lost(loss)
            const { held } = dispatcher
            held.addAll(spool?.sending.ranges() ?? [])
            books.lost(loss, held)
            // Not from within the spool's own work.
            queueMicrotask(() => dispatcher.reclaim(loss.sequences))
          },
        })
  const dispatcher: Dispatcher = new Dispatcher({
    batcher,
    delivery,
    spool,
    books,
    clock,
    limits,
    isDiskFirst: settings.durability === 'always',
    memoryMaxBytes: settings.memoryMaxBytes,
    ...hooks,
  })
  return { limits, identity, books, delivery, batcher, dispatcher, spool, recovery }
}

/**
 * One try, and the disk where that fails and the ledger says what could not be found out without it: the end, or
 * which lines were dropped. Never rejects.
 */
export async function publishLedger(
  ledger: Ledger,
  { limits, identity, books, delivery, spool }: SinkParts,
): Promise<LedgerFate> {
  if (!delivery.isAway || spool === undefined) {
    const isLast = spool !== undefined && ledger.isClosed
    const timeoutMs = isLast ? limits.lastLedgerTimeoutMs : limits.publishTimeoutMs
    const published = delivery.publishOnce([identity.ledgerRecord(ledger)])
    const isSaid = await delivery.within(timeoutMs, published, false, { unref: !ledger.isClosed })
    if (isSaid) return 'published'
  }
  const isWorthKeeping = ledger.isClosed || books.keeper.hasUnsaidDrops
  if (spool === undefined || !isWorthKeeping) return 'lost'
  return (await spool.putLedger(ledger)) ? 'kept' : 'lost'
}
