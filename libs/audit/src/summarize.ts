// From the findings on each instance to one report: sums, services, lost runs, and what a person should know.
import { formatEventId } from '@millrace/envelope'
import type {
  AuditCounts,
  AuditReport,
  InstanceFindings,
  LostRun,
  ServiceFindings,
} from './report.ts'
import type { Unread } from './sources.ts'

export interface SummaryContext {
  topic: string
  group: string
  unread: Unread
  /** Instances that were left out, by their topic. */
  otherTopics: ReadonlyMap<string, number>
  /** Double documents of records that other producers wrote. */
  foreignDuplicateIds: readonly string[]
}

export function summarize(
  perInstance: readonly InstanceFindings[],
  context: SummaryContext,
): AuditReport {
  const { topic, group, unread, foreignDuplicateIds } = context
  const sums = addUp(perInstance)
  const lostEvents = perInstance.flatMap((each) => each.lostEvents)
  const duplicateIds = perInstance.flatMap((each) => each.duplicateIds)
  duplicateIds.push(...foreignDuplicateIds)
  const duplicates = sums.duplicates + foreignDuplicateIds.length
  return {
    ok: sums.lostCount === 0 && lostEvents.length === 0 && duplicates === 0,
    auditedAt: unread.endsAt,
    topic,
    group,
    instances: perInstance.length,
    ...sums,
    duplicates,
    lag: unread.lag,
    lostRuns: perInstance.flatMap(lostRuns),
    lostEvents,
    duplicateIds,
    notes: notesOn(perInstance, context),
    perService: perService(perInstance),
    perInstance: [...perInstance],
  }
}

function lostRuns({ instance, service, lostRanges }: InstanceFindings): LostRun[] {
  return lostRanges.map(([first, last]) => ({
    instance,
    ...(service !== undefined && { service }),
    firstId: formatEventId(instance, first),
    lastId: formatEventId(instance, last),
    count: last - first + 1,
  }))
}

function perService(perInstance: readonly InstanceFindings[]): ServiceFindings[] {
  const byService = Map.groupBy(perInstance, ({ service = '' }) => service)
  return [...byService]
    .map(([service, findings]) =>
      Object.assign(addUp(findings), { service, instances: findings.length }),
    )
    .sort((one, other) => (one.service < other.service ? -1 : 1))
}

function addUp(findings: readonly AuditCounts[]): AuditCounts {
  const sums: AuditCounts = {
    issued: 0,
    indexed: 0,
    deadLettered: 0,
    dropped: {},
    pending: 0,
    pendingIn: { topic: 0, spool: 0, memory: 0 },
    expired: 0,
    lostCount: 0,
    duplicates: 0,
  }
  for (const each of findings) {
    sums.issued += each.issued
    sums.indexed += each.indexed
    sums.deadLettered += each.deadLettered
    for (const [reason, count] of Object.entries(each.dropped)) {
      sums.dropped[reason] = (sums.dropped[reason] ?? 0) + count
    }
    sums.pending += each.pending
    sums.pendingIn.topic += each.pendingIn.topic
    sums.pendingIn.spool += each.pendingIn.spool
    sums.pendingIn.memory += each.pendingIn.memory
    sums.expired += each.expired
    sums.lostCount += each.lostCount
    sums.duplicates += each.duplicates
  }
  return sums
}

function notesOn(perInstance: readonly InstanceFindings[], context: SummaryContext): string[] {
  const { group, topic, unread, otherTopics } = context
  const notes: string[] = []
  if (unread.isGroupNew) {
    notes.push(
      `Group ${group} has never committed an offset of topic ${topic}: all of the topic counts as on its way. Do indexers run, and is --group (MILLRACE_KAFKA_GROUP) theirs?`,
    )
  }
  if (unread.gone > 0) {
    notes.push(
      `${unread.gone} records of topic ${topic} were deleted by its retention before the indexers had read them.`,
    )
  }
  for (const [other, count] of otherTopics) {
    notes.push(
      `${counted(count, 'instance')} of topic ${other} left out; audit them with --topic ${other}.`,
    )
  }
  const unknown = perInstance.filter(({ state }) => state === 'unknown')
  if (unknown.length > 0) {
    notes.push(
      `${counted(unknown.length, 'instance')} wrote no ledger (a transport from before ledgers, or killed before its first): only gaps below the highest line that was seen can be told.`,
    )
  }
  notes.push(...noteOnSilent(perInstance))
  for (const each of perInstance) notes.push(...notesOnInstance(each))
  const expired = perInstance.filter((each) => each.expired > 0)
  if (expired.length > 0) {
    notes.push(
      `${counted(expired.length, 'instance')} logged before the oldest backing index that retention has left: what is missing of that time counts as expired, not as lost.`,
    )
  }
  return notes
}

/** What a killed process logged after its last word is in no book: without this, a clean verdict would say more than is known. */
function noteOnSilent(perInstance: readonly InstanceFindings[]): string[] {
  const silent = perInstance.filter(({ state, lostCount }) => state === 'silent' && lostCount === 0)
  const last = silent.toSorted((one, other) => other.heardAt - one.heardAt)[0]
  if (last === undefined) return []
  const { instance, service, host, heardAt } = last
  const name = service === undefined ? instance : `${instance} (${service})`
  const place = host === undefined ? 'its host' : `host ${host}`
  const who = `${counted(silent.length, 'instance')} ended without closing, the last of them ${name} on ${place}`
  return [
    `${who}, last heard of at ${new Date(heardAt).toISOString()}: lines logged after that are not known here; "millrace spool inspect" there tells of those on disk.`,
  ]
}

function notesOnInstance(findings: InstanceFindings): string[] {
  const { instance, service, host, state, pendingIn, lostCount, heardAt } = findings
  const name = service === undefined ? instance : `${instance} (${service})`
  const place = host === undefined ? 'its host' : `host ${host}`
  const since = new Date(heardAt).toISOString()
  const notes: string[] = []
  if (pendingIn.spool > 0) {
    notes.push(
      `${pendingIn.spool} lines of ${name} lie in the spool on ${place} since ${since}: start a service there that shares the directory, or run "millrace spool resend".`,
    )
  }
  if (state === 'silent' && lostCount > 0) {
    notes.push(
      `${name} ended without closing, last heard of at ${since}: lost lines may still lie in its spool on ${place}; "millrace spool inspect" tells.`,
    )
  }
  if (findings.hasUnidentified) {
    notes.push(
      `${name} dropped more ranges of lines than it could name: of its missing lines the lowest count as dropped.`,
    )
  }
  return notes
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
