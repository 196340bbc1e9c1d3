// The judge: compares what each service wrote down with what Elasticsearch and the dead-letter topic hold, id by id.
import { createHash } from 'node:crypto'
import {
  deadLetterDataStream,
  ledgerDataStream,
  readLedger,
  SequenceRanges,
} from '@millrace/envelope'
import { everyDocument, type FoundDocument } from './documents.ts'
import { type Incarnation, type Journal, readJournal } from './journal.ts'
import type { Poison } from './poison.ts'
import { poisonHeader } from './poison.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { World } from './world.ts'

/** What is known for certain of the lines of one process. */
export interface IncarnationTruth {
  incarnation: Incarnation
  journal: Journal
  /** Lines that it logged. */
  logged: number
  /** Undefined when not one of its lines arrived. */
  instance: string | undefined
  /** Sequences that are neither indexed nor among the dead letters. */
  missing: SequenceRanges
  /** Those of them that the transport's ledgers name as dropped by policy. */
  dropped: SequenceRanges
  /** The rest. */
  lost: SequenceRanges
  /** How long before kill -9 the oldest lost line was logged; absent when none is lost. Unit: ms. */
  lostAgeMs?: number
  indexed: number
}

export interface Verdict {
  documents: number
  deadLetters: number
  /** Ids that are there in more than one document. */
  doubleCount: number
  /** Each breach of the promise, in one line; the first 50. */
  breaches: string[]
  breachCount: number
  truths: IncarnationTruth[]
  /** Where each document of a service lies, for runs that force a loss: id -> index. At most 2,000. */
  sample: Pick<FoundDocument, '_id' | '_index'>[]
}

const breachesShown = 50
const sampleMax = 2_000

/** Longest that a line may take from the logging call to the spool where dozens of processes share two cores. Unit: ms. */
const flushSlackMs = 10_000

class Findings {
  readonly shown: string[] = []
  count = 0

  add(text: string): void {
    this.count++
    if (this.shown.length < breachesShown) this.shown.push(text)
  }
}

interface Seen {
  incarnation: Incarnation
  instance: string | undefined
  /** 1 at the sequence's place when it was seen. */
  lines: Uint8Array
  indexed: number
}

export async function judge(
  world: World,
  incarnations: readonly Incarnation[],
  poison: Poison,
): Promise<Verdict> {
  const findings = new Findings()
  const journals = new Map(incarnations.map((each) => [each, readJournal(each.journal)]))
  const seen = new Map<string, Seen>()
  for (const [incarnation, { loggedAtMs }] of journals) {
    // kill -9 may come between the logging call and the journal.
    const lines = new Uint8Array(loggedAtMs.length + 2)
    seen.set(incarnation.name, { incarnation, instance: undefined, lines, indexed: 0 })
  }
  const strangers = new Map(poison.planted.strangers)
  const strangerTexts = new Set(strangers.values())
  /** Id -> where the document lies, and since when. */
  const places = new Map<string, string>()
  const sample: Verdict['sample'] = []
  let documents = 0
  let doubleCount = 0
  for await (const document of everyDocument(world.elasticsearch, 'logs-*-*')) {
    const { _id, _index, _source } = document
    if (_index.includes(deadLetterDataStream)) continue
    documents++
    const place = `${_index}, ingested ${String(at(_source, 'event.ingested'))}`
    const other = places.get(_id)
    if (other !== undefined) doubleCount++
    if (other !== undefined) findings.add(`${_id} is there twice: in ${other}; in ${place}`)
    places.set(_id, place)
    const name = String(at(_source, 'service.node.name'))
    const its = seen.get(name)
    if (its !== undefined) {
      takeLine(document, its, findings)
      if (documents % 7 === 0 && sample.length < sampleMax) sample.push({ _id, _index })
    } else if (strangers.get(_id) === _source['message']) strangers.delete(_id)
    else if (!strangerTexts.has(String(_source['message']))) {
      findings.add(`${_id} was logged by nobody: ${JSON.stringify(_source).slice(0, 300)}`)
    }
  }
  for (const [id, text] of strangers) findings.add(`"${text}" of a stranger is missing: ${id}`)
  const deadLetters = await judgeDeadLetters(world, poison, findings)
  const droppedBy = await droppedRanges(world)
  const truths = [...seen.values()].map((its) => {
    const journal = journals.get(its.incarnation)!
    const dropped = droppedBy.get(its.instance ?? '') ?? new SequenceRanges()
    return judgeIncarnation({ ...its, journal, droppedSequences: dropped }, findings)
  })
  return {
    documents,
    deadLetters,
    doubleCount,
    breaches: findings.shown,
    breachCount: findings.count,
    truths,
    sample,
  }
}

function takeLine({ _id, _source }: FoundDocument, its: Seen, findings: Findings): void {
  const n = Number(at(_source, 'event.sequence'))
  const instance = String(at(_source, 'agent.ephemeral_id'))
  const { name } = its.incarnation
  if (its.instance !== undefined && its.instance !== instance) {
    findings.add(`${_id}: ${name} has two instances, ${its.instance} and ${instance}`)
  }
  its.instance = instance
  if (!(n >= 1 && n < its.lines.length)) {
    findings.add(`${_id}: ${name} never logged line ${n}`)
    return
  }
  if (its.lines[n] !== 1) its.indexed++
  its.lines[n] = 1
  if (!isIntact(_source, _id, name, n)) {
    findings.add(
      `${_id}: line ${n} of ${name} is damaged: ${JSON.stringify(_source).slice(0, 400)}`,
    )
  }
}

/** What programs/service.mjs logs as line `n`. */
function isIntact(
  document: Record<string, unknown>,
  id: string,
  incarnation: string,
  n: number,
): boolean {
  const digest = createHash('sha256').update(`${incarnation}/${n}`).digest('hex')
  const length = n % 997 === 0 ? 30_000 : Number.parseInt(digest.slice(0, 4), 16) % 660
  return (
    at(document, 'event.id') === id &&
    document['message'] === `event ${n}` &&
    Number(at(document, 'attributes.n')) === n &&
    at(document, 'attributes.incarnation') === incarnation &&
    at(document, 'attributes.digest') === digest &&
    at(document, 'attributes.text') ===
      `line ${n} “quoted”\n\tand a second row ${'x'.repeat(length)}`
  )
}

function judgeIncarnation(
  its: Seen & { journal: Journal; droppedSequences: SequenceRanges },
  findings: Findings,
): IncarnationTruth {
  const { incarnation, journal, lines, droppedSequences } = its
  const logged = journal.loggedAtMs.length
  const missing = new SequenceRanges()
  const dropped = new SequenceRanges()
  const lost = new SequenceRanges()
  for (let n = 1; n <= logged; n++) {
    if (lines[n] === 1) continue
    missing.add(n)
    if (droppedSequences.has(n)) dropped.add(n)
    else lost.add(n)
  }
  const { killedAtMs } = incarnation
  const truth = {
    incarnation,
    journal,
    logged,
    instance: its.instance,
    missing,
    dropped,
    lost,
    ...(lost.first !== undefined &&
      killedAtMs !== undefined && {
        lostAgeMs: killedAtMs - journal.loggedAtMs[lost.first - 1]!,
      }),
  }
  judgeLost(truth, findings)
  for (const error of journal.errors) findings.add(`${incarnation.name}: error event: ${error}`)
  return { ...truth, indexed: its.indexed }
}

/**
 * A process that ended by itself may lose nothing. After kill -9, `overflow` may lose what memory held;
 * `always` only a tail, and only of the last flush interval.
 */
function judgeLost(truth: Omit<IncarnationTruth, 'indexed'>, findings: Findings): void {
  const { incarnation, logged, lost, lostAgeMs } = truth
  const { name, killedAtMs, durability } = incarnation
  if (lost.count === 0) return
  const first = lost.first!
  if (killedAtMs === undefined) {
    findings.add(`${name} ended well, and of its ${logged} lines these are lost: ${String(lost)}`)
    return
  }
  if (durability === 'overflow' || incarnation.diskWasFull) return
  if (String(lost) !== String(SequenceRanges.of([[first, logged]]))) {
    findings.add(`${name} was killed with durability always and has holes: ${String(lost)}`)
    return
  }
  if (lostAgeMs !== undefined && lostAgeMs > flushSlackMs) {
    findings.add(`${name} was killed with durability always and lost lines ${lostAgeMs} ms old`)
  }
}

/** Every planted poison has its dead letter, and nothing else has one. */
async function judgeDeadLetters(
  world: World,
  { planted }: Poison,
  findings: Findings,
): Promise<number> {
  const parked = new Set<string>()
  for (const { id, headers } of await readDeadLetters(world)) {
    parked.add(id)
    if (headers[poisonHeader] === undefined) {
      const why = Buffer.from(headers['millrace-dead-letter'] ?? []).toString()
      findings.add(`${id} is among the dead letters, though it is no poison: ${why}`)
    }
  }
  for (const id of planted.deadLetters) {
    if (!parked.has(id)) findings.add(`the poisonous record ${id} is not among the dead letters`)
  }
  return parked.size
}

/** What the ledgers name as dropped, by instance. */
async function droppedRanges(world: World): Promise<Map<string, SequenceRanges>> {
  const byInstance = new Map<string, SequenceRanges>()
  for await (const { _id, _source } of everyDocument(world.elasticsearch, ledgerDataStream)) {
    const ledger = readLedger((at(_source, 'millrace.ledger') ?? {}) as Record<string, unknown>)
    if (ledger === undefined) throw new Error(`the ledger ${_id} cannot be read`)
    const ranges = byInstance.get(ledger.instance) ?? new SequenceRanges()
    byInstance.set(ledger.instance, ranges)
    for (const some of Object.values(ledger.droppedRanges)) ranges.addAll(some)
  }
  return byInstance
}

/** A member of a nested document by its dotted path. */
function at(document: Record<string, unknown>, path: string): unknown {
  let value: unknown = document
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  return value
}
