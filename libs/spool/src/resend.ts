// From a stored record to a record of the topic, and from what was found of an instance to its last ledger.
import {
  decodeSourceFacts,
  type Durability,
  encodeLedger,
  encodeSourceFacts,
  headerName,
  ledgerForAnother,
  ledgerId,
  ledgerKind,
} from '@millrace/envelope'
import type { InstanceRecovery } from './drain-options.ts'
import type { SpoolHead, StoredRecord } from './records.ts'

/** A record for the topic, as a producer takes it. */
export interface ResentRecord {
  key: string
  value: Uint8Array
  headers: Readonly<Record<string, Uint8Array>>
  timestampMs: number
}

/** A header that also says that the topic may hold the record's id already. One that can't be read goes on as it is. */
export function resentHeader(header: Uint8Array): Uint8Array {
  const facts = decodeSourceFacts(header)
  return facts === undefined ? header : encodeSourceFacts({ ...facts, resent: true })
}

/** Turns the stored records of one instance into records for the topic: same key, time and bytes. */
export function resentRecords(head: SpoolHead): (record: StoredRecord) => ResentRecord {
  const common = { [headerName]: resentHeader(head.header) }
  return ({ key, value, header, timestampMs }) => ({
    key,
    value,
    headers: header === undefined ? common : { [headerName]: resentHeader(header) },
    timestampMs,
  })
}

export interface RecoveryLedgerOptions {
  /** The instance id of whoever has sent the segments. */
  writer: string
  /** From 1, ascending for each writer. */
  number: number
  /** Epoch ms. */
  at: number
  durability: Durability
}

/** What ledgers call lines that a damaged segment took with it. */
export const damagedDropReason = 'spool-damaged'

/** The last ledger of a dead instance: nothing more comes from it, and what could not be read of its segments is dropped as `spool-damaged`. */
export function recoveryLedger(
  { instance, issued, published, missing, head }: InstanceRecovery,
  { writer, number, at, durability }: RecoveryLedgerOptions,
): ResentRecord {
  const dropped = new Map(missing.length > 0 ? [[damagedDropReason, missing]] : [])
  const ledger = ledgerForAnother({
    instance,
    number,
    writer,
    at,
    issued,
    isClosed: true,
    durability,
    published: published.count,
    dropped,
  })
  const facts = head === undefined ? undefined : decodeSourceFacts(head.header)
  return {
    key: ledgerId(ledger),
    value: encodeLedger(ledger),
    headers: { [headerName]: encodeSourceFacts({ ...facts, kind: ledgerKind }) },
    timestampMs: at,
  }
}
