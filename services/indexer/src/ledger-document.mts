// Ledger: what an instance says of its own lines becomes a document, so that an audit can ask for each of them.
import { ecsVersion, formatEpochMs } from '@millrace/ecs'
import {
  decodeLedger,
  decodeSourceFacts,
  encodeLedger,
  headerName,
  instanceStartMs,
  ledgerDataStream,
  ledgerId,
} from '@millrace/envelope'
import type { Result } from '@millrace/foundation'
import type { KafkaRecord } from '@millrace/kafka'
import type { Indexable } from './bulk-request.mts'

const dayMs = 86_400_000

/** The record of kind `ledger` as a document, or why it is none. */
export function ledgerEvent(record: KafkaRecord, receivedAtMs: number): Result<Indexable> {
  const ledger = record.value === null ? undefined : decodeLedger(record.value)
  if (ledger === undefined) {
    return refused('it must be a JSON object with "v": 1 or later, an instance and readable ranges')
  }
  for (const id of [ledger.instance, ledger.writer]) {
    if (id === undefined || instanceStartMs(id) !== undefined) continue
    const found = JSON.stringify(id.slice(0, 64).toWellFormed())
    return refused(`instance and writer must be instance ids of 16 characters, got ${found}`)
  }
  const [type, dataset, namespace] = ledgerDataStream.split('-')
  const header = record.headers[headerName]
  const facts = (header === undefined ? undefined : decodeSourceFacts(header)) ?? {}
  const { timestampMs } = record
  const isKnown = timestampMs > 0 && timestampMs <= receivedAtMs
  const createdAtMs = isKnown ? timestampMs : receivedAtMs
  const isBelieved = ledger.at > 0 && ledger.at <= receivedAtMs + dayMs
  const id = ledgerId(ledger)
  const document = {
    '@timestamp': formatEpochMs(isBelieved ? ledger.at : createdAtMs),
    ecs: { version: ecsVersion },
    data_stream: { type, dataset, namespace },
    event: {
      kind: 'metric',
      id,
      dataset,
      created: formatEpochMs(createdAtMs),
      ingested: formatEpochMs(receivedAtMs),
    },
    agent: {
      type: facts['agent.type'] ?? 'millrace',
      version: facts['agent.version'],
      ephemeral_id: ledger.instance,
    },
    service: {
      name: facts['service.name'],
      version: facts['service.version'],
      environment: facts['service.environment'],
      ...(facts['service.node.name'] !== undefined && {
        node: { name: facts['service.node.name'] },
      }),
    },
    host: { name: facts['host.name'] },
    // As it was read and understood, so that every member has the type that it is mapped to.
    millrace: {
      ledger: JSON.parse(encodeLedger(ledger).toString()) as object,
      // Where its lines are on their way.
      topic: record.topic,
    },
  }
  return { ok: true, value: { id, dataStream: ledgerDataStream, document } }
}

function refused(why: string): Result<never> {
  return { ok: false, code: 'MILLRACE_DECODE_LEDGER', reason: `the ledger cannot be read: ${why}` }
}
