// Where the audit reads: each is asked once, in the order of `runAudit`, and answers in full or throws.
import type { Ledger } from '@millrace/envelope'
import type { LedgerSource } from './instance-books.ts'

/** Which instances are wanted. All when nothing is set. */
export interface InstanceFilter {
  instances?: readonly string[]
  services?: readonly string[]
  /** Only instances that were heard of, or started, since. Epoch ms. */
  sinceMs?: number
}

/** Since when a data stream is whole: the creation of the oldest backing index where older ones are deleted. */
export interface Horizons {
  /** By data stream, epoch ms; streams that have all their backing indices are left out. */
  streams: ReadonlyMap<string, number>
  /** Of the ledgers' own stream. */
  ledgers: number | undefined
}

export interface Unread {
  /** Records between the committed offsets and the ends. */
  lag: number
  /** Records that the topic's retention deleted before they were committed. */
  gone: number
  /** The group has never committed anything here. */
  isGroupNew: boolean
  /** Epoch ms at which the ends were asked for: what was said before is before them. */
  endsAt: number
}

export interface UnreadReader {
  onKey: (key: string, timestampMs: number) => void
  onLedger: (ledger: Ledger, source: LedgerSource) => void
}

/** @throws MillraceError when anything could be read in part only: a part never stands for the whole. */
export interface AuditSources {
  /** Notes the committed offsets: everything before them has its verdict. */
  begin(): Promise<void>
  horizons(): Promise<Horizons>
  /** Every ledger of the wanted instances, those of this moment too. */
  ledgers(
    filter: InstanceFilter,
    onLedger: (ledger: Ledger, source: LedgerSource) => void,
  ): Promise<void>
  /** What the indexers have not committed, as of `begin`, up to the ends as of now. */
  unread(reader: UnreadReader): Promise<Unread>
  /** Instances that have documents, for those that wrote no ledger. Undefined: all of them are wanted. */
  instancesOfDocuments(filter: InstanceFilter): Promise<string[] | undefined>
  /** Ids in the log data streams. Undefined: of all instances. `stream` is the data stream. */
  indexed(
    instances: readonly string[] | undefined,
    onDocument: (id: string, stream: string) => void,
  ): Promise<void>
  /** Of ids that were found twice, those that are there twice at a second look: the indexers clear up behind themselves. */
  stillDouble(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Ids of the documents in the dead-letter stream. */
  deadLetterDocuments(onId: (id: string) => void): Promise<void>
  /** Ids in the dead-letter topic. */
  deadLetterRecords(onId: (id: string) => void): Promise<void>
}
