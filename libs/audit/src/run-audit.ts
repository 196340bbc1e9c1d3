// The audit on one screen: what was said, what is under way, what is there, and what is none of it.
import { instanceStartMs } from '@millrace/envelope'
import { classify } from './classify.ts'
import { Collection, type InstanceFile } from './collect.ts'
import type { AuditReport } from './report.ts'
import type { AuditSources, Horizons, InstanceFilter } from './sources.ts'
import { summarize } from './summarize.ts'

export interface AuditOptions extends InstanceFilter {
  /** The topic and the group of indexers that are meant. */
  topic: string
  group: string
  /** An instance that was not heard of for so long lives no more. Unit: ms; default 45 000; ledgers come every 30 s at least. */
  silentAfterMs?: number
  /** Clocks of services and of Elasticsearch may differ so much. Unit: ms; default 600 000. */
  skewMaxMs?: number
  /** Hears which step begins. */
  onStep?: (text: string) => void
}

/**
 * The order of reading makes it exact while everything runs on:
 * 1. The committed offsets are noted. Every record before them has its verdict.
 * 2. The ledgers are read, after a refresh: all that came before those offsets.
 * 3. The ends of the topic are asked for, and everything from 1 to here is read, lines and ledgers. What a
 *    ledger calls published was in the topic before the ledger was, so before these ends.
 * 4. The log streams are refreshed and searched. A line that a ledger calls published was before the offsets
 *    of 1, so it has its verdict and is found now, or it was seen in 3.
 * 5. The dead letters are read: their documents, which last, and their topic, which is first to know.
 * @throws MillraceError when one of them can't be read in full: there is no verdict then.
 */
export async function runAudit(sources: AuditSources, options: AuditOptions): Promise<AuditReport> {
  const { skewMaxMs = 600_000, silentAfterMs = 45_000, onStep = () => {} } = options
  onStep('Asking for the committed offsets')
  await sources.begin()
  const horizons = later(await sources.horizons(), skewMaxMs)
  const collection = new Collection(horizonTimes(horizons))
  onStep('Reading the ledgers')
  await sources.ledgers(options, (ledger, source) => collection.ledger(ledger, source))
  onStep('Reading what the indexers have not committed')
  const unread = await sources.unread({
    onKey: (key, timestampMs) => collection.unread(key, timestampMs),
    onLedger: (ledger, source) => collection.ledger(ledger, source),
  })
  const otherTopics = leaveOutOtherTopics(collection, options.topic)
  const wanted = await wantedInstances(sources, collection, options)
  onStep('Looking for each line in Elasticsearch')
  await sources.indexed(wanted, (id, stream) => collection.indexed(id, stream))
  onStep('Reading the dead letters')
  await sources.deadLetterDocuments((id) => collection.deadLettered(id))
  await sources.deadLetterRecords((id) => collection.deadLettered(id))
  await lookAgain(sources, collection)
  const perInstance = filesOf(collection, wanted).map((file) =>
    classify(
      { ...file, horizonAt: horizonOf(file, horizons) },
      { nowMs: unread.endsAt, silentAfterMs },
    ),
  )
  const foreignDuplicateIds = wanted === undefined ? collection.foreignDuplicateIds : []
  return summarize(perInstance, { ...options, unread, otherTopics, foreignDuplicateIds })
}

/** So many double ids are looked at twice; where there are more, something else is wrong. */
const doubleLooksMax = 100_000

/** An id may be in two backing indices for the moment that an indexer needs to delete its second copy. */
async function lookAgain(sources: AuditSources, collection: Collection): Promise<void> {
  const ids = collection.duplicateIds()
  if (ids.length === 0 || ids.length > doubleLooksMax) return
  const double = await sources.stillDouble(ids)
  collection.keepDuplicates((id) => double.has(id))
}

/** A clock that is ahead makes a ledger look younger than it is. */
function later({ streams, ledgers }: Horizons, skewMaxMs: number): Horizons {
  return {
    streams: new Map([...streams].map(([stream, at]) => [stream, at + skewMaxMs])),
    ledgers: ledgers === undefined ? undefined : ledgers + skewMaxMs,
  }
}

function horizonTimes({ streams, ledgers }: Horizons): number[] {
  return [...new Set([...streams.values(), ...(ledgers === undefined ? [] : [ledgers])])]
}

/** Of the streams that hold its lines; of all where none does. What the ledgers' stream has lost, it may have said. */
function horizonOf({ streams }: InstanceFile, horizons: Horizons): number | undefined {
  const names = streams.size > 0 ? [...streams] : [...horizons.streams.keys()]
  const times = [...names.map((name) => horizons.streams.get(name)), horizons.ledgers]
  const known = times.filter((at) => at !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** What is under way in another topic can't be seen from here. @returns topic -> instances */
function leaveOutOtherTopics(collection: Collection, topic: string): Map<string, number> {
  const others = new Map<string, number>()
  for (const { instance, books } of collection.files()) {
    if (books?.topic === undefined || books.topic === topic) continue
    others.set(books.topic, (others.get(books.topic) ?? 0) + 1)
    collection.leaveOut(instance)
  }
  return others
}

/** Undefined: all. */
async function wantedInstances(
  sources: AuditSources,
  collection: Collection,
  filter: InstanceFilter,
): Promise<readonly string[] | undefined> {
  const { instances, services, sinceMs } = filter
  if (instances === undefined && services === undefined && sinceMs === undefined) return undefined
  const wanted = new Set<string>()
  for (const file of collection.files()) if (isWanted(file, filter)) wanted.add(file.instance)
  for (const instance of (await sources.instancesOfDocuments(filter)) ?? []) wanted.add(instance)
  for (const instance of instances ?? []) wanted.add(instance)
  return [...wanted].filter((instance) => !collection.isLeftOut(instance))
}

function isWanted(file: InstanceFile, { instances, services, sinceMs }: InstanceFilter): boolean {
  const { instance, books, unreadAt } = file
  if (instances !== undefined && !instances.includes(instance)) return false
  if (services !== undefined && !services.includes(books?.service ?? '')) return false
  const heardAt = Math.max(books?.heardAt ?? 0, unreadAt, instanceStartMs(instance) ?? 0)
  return sinceMs === undefined || heardAt >= sinceMs
}

/** Of the wanted instances those of which there is any trace, ascending by id, so by start. */
function filesOf(collection: Collection, wanted: readonly string[] | undefined): InstanceFile[] {
  const asked = wanted === undefined ? undefined : new Set(wanted)
  const files = [...collection.files()].filter(({ instance }) => asked?.has(instance) ?? true)
  return files.sort((one, other) => (one.instance < other.instance ? -1 : 1))
}
