// The ledger: what an instance says of its own lines, so that an audit can ask for each of them by id.
import { isObject } from '@millrace/foundation'
import { jsonMembers } from './json-members.ts'
import { SequenceRanges } from './sequence-ranges.ts'

/** `kind` in the `millrace` header of a ledger's record. */
export const ledgerKind = 'ledger'
/** Where the indexer keeps ledgers; a metrics stream, so that they are not among the logs. */
export const ledgerDataStream = 'metrics-millrace.ledger-default'
/** Where each indexer tells every few seconds how it goes. */
export const indexerDataStream = 'metrics-millrace.indexer-default'

export const durabilities = ['none', 'overflow', 'always'] as const
/** `none`: no spool. `overflow`: lines go to disk when memory is full or at the end. `always`: each line goes to disk first. */
export type Durability = (typeof durabilities)[number]

/**
 * One record of one instance's books. Counts are since the instance's start; a later ledger replaces the
 * counts of an earlier one. The dropped ranges of all ledgers of an instance are to be united: each says
 * only what no acknowledged ledger has said before.
 */
export interface Ledger {
  /** Whose lines these are. */
  instance: string
  /** From 1, ascending for each writer. */
  number: number
  /** The instance that wrote this, where it is another: it has taken over the spool of one that died. */
  writer?: string
  /** Epoch ms. */
  at: number
  /** Highest sequence that was given to a line. */
  issued: number
  /** Every sequence up to this one is published, dropped or in the spool. At most `issued`. */
  settled: number
  /** Nothing more will come from the instance itself; `settled` is `issued`. */
  isClosed: boolean
  durability: Durability
  /** Lines that Kafka acknowledged. */
  published: number
  truncated: number
  /** Values that redaction replaced. */
  redacted: number
  /** Lines that were written to the spool. */
  spooled: number
  /** Lines dropped, by reason. */
  dropped: Readonly<Record<string, number>>
  /** Which they were, by reason. A line named here may have arrived nevertheless. */
  droppedRanges: Readonly<Record<string, SequenceRanges>>
  /** Dropped lines of which it is not known any more which they were, by reason. */
  droppedUnidentified: Readonly<Record<string, number>>
  /** Lines in the spool that Kafka has not acknowledged, as of this ledger. */
  spooledRanges: SequenceRanges
}

/** What one instance says of another, whose lines it found on disk. */
export interface LedgerForAnother extends Pick<
  Ledger,
  'instance' | 'number' | 'at' | 'issued' | 'isClosed' | 'durability' | 'published'
> {
  /** Who says it. */
  writer: string
  /** Lines that were given up, by reason. */
  dropped: ReadonlyMap<string, SequenceRanges>
}

/** Closed, everything is settled; open, nothing is said of that, since others may know of more. */
export function ledgerForAnother({ dropped, ...known }: LedgerForAnother): Ledger {
  return {
    ...known,
    settled: known.isClosed ? known.issued : 0,
    truncated: 0,
    redacted: 0,
    spooled: 0,
    dropped: Object.fromEntries([...dropped].map(([reason, ranges]) => [reason, ranges.count])),
    droppedRanges: Object.fromEntries(dropped),
    droppedUnidentified: {},
    spooledRanges: new SequenceRanges(),
  }
}

/** Key of the record and `_id` of the document. */
export function ledgerId({ instance, number, writer }: Ledger): string {
  const by = writer === undefined ? '' : `${writer}-`
  return `${instance}-ledger-${by}${String(number).padStart(8, '0')}`
}

/** The record's value: JSON, ranges as text (`1-5,9`), empty parts left out. */
export function encodeLedger(ledger: Ledger): Buffer {
  const { droppedRanges, spooledRanges, dropped, droppedUnidentified, ...rest } = ledger
  return Buffer.from(
    JSON.stringify({
      v: 1,
      ...rest,
      dropped,
      droppedRanges: mapValues(droppedRanges, String),
      droppedUnidentified,
      spooledRanges: String(spooledRanges),
    }),
  )
}

/** Reads a ledger; unknown members are ignored. Undefined for anything that is none. */
export function decodeLedger(bytes: Uint8Array): Ledger | undefined {
  const members = jsonMembers(bytes)
  return members === undefined ? undefined : readLedger(members)
}

/** The same from the parsed JSON, as it also lies in a document. */
export function readLedger(members: Record<string, unknown>): Ledger | undefined {
  const { v, instance, writer, durability, spooledRanges = '' } = members
  if (typeof v !== 'number' || v < 1) return undefined
  if (typeof instance !== 'string' || instance === '') return undefined
  const spooled =
    typeof spooledRanges === 'string' ? SequenceRanges.parse(spooledRanges) : undefined
  const droppedRanges = rangesByReason(members['droppedRanges'])
  const issued = count(members['issued'])
  if (spooled === undefined || droppedRanges === undefined) return undefined
  return {
    instance,
    number: count(members['number']),
    ...(typeof writer === 'string' && writer !== '' && { writer }),
    at: count(members['at']),
    issued,
    settled: Math.min(count(members['settled']), issued),
    isClosed: members['isClosed'] === true,
    durability: durabilities.find((known) => known === durability) ?? 'none',
    published: count(members['published']),
    truncated: count(members['truncated']),
    redacted: count(members['redacted']),
    spooled: count(members['spooled']),
    dropped: counts(members['dropped']),
    droppedRanges,
    droppedUnidentified: counts(members['droppedUnidentified']),
    spooledRanges: spooled,
  }
}

function rangesByReason(value: unknown): Record<string, SequenceRanges> | undefined {
  const byReason: Record<string, SequenceRanges> = {}
  for (const [reason, text] of Object.entries(isObject(value) ? value : {})) {
    const ranges = typeof text === 'string' ? SequenceRanges.parse(text) : undefined
    if (ranges === undefined) return undefined
    byReason[reason] = ranges
  }
  return byReason
}

function counts(value: unknown): Record<string, number> {
  return mapValues(isObject(value) ? value : {}, count)
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}

function mapValues<In, Out>(
  members: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]))
}
