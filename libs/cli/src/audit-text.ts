// The audit's report, for a person and for a program.
import {
  type AuditCounts,
  type AuditReport,
  idsOf,
  type InstanceFindings,
  type LostRun,
  type ServiceFindings,
} from '@millrace/audit'
import { counted, numberText } from './number-text.ts'
import type { Style } from './output.ts'
import { singleLine } from './terminal-text.ts'

type Styling = (style: Style, text: string) => string

const idsShownMax = 20
const instancesShownMax = 20
const notesShownMax = 20
/** Ids in one piece of JSON text. */
const idsPerPart = 10_000
/** So many lost ids are listed; past it the runs of `lostRanges` say them all. */
const lostIdsMax = 10_000_000

type CountsJson<Counts extends AuditCounts> = Omit<Counts, 'lostCount'> & { lost: number }

/** Times are in ISO 8601. */
type InstanceJson = Omit<CountsJson<InstanceFindings>, 'startedAt' | 'heardAt'> & {
  startedAt: string
  heardAt: string
}

type Rewritten =
  | 'auditedAt'
  | 'lostCount'
  | 'lostRuns'
  | 'lostEvents'
  | 'perInstance'
  | 'perService'

/** What `millrace audit --json` prints. */
export interface AuditJson extends Omit<AuditReport, Rewritten> {
  /** ISO 8601. */
  auditedAt: string
  /** Event ids, at most ten million. */
  lost: string[]
  lostTotal: number
  /** There are more lost ids than are listed. */
  lostIsCut?: true
  lostRanges: LostRun[]
  perInstance: InstanceJson[]
  perService: CountsJson<ServiceFindings>[]
}

/** Lost ids, line by line and event by event. */
function* lostIds({ perInstance }: AuditReport): Generator<string, void, undefined> {
  for (const { instance, lostRanges } of perInstance) yield* idsOf(instance, lostRanges)
  for (const { lostEvents } of perInstance) yield* lostEvents
}

/** One JSON object and a line end, in pieces: the list of lost ids may be long. */
export function* auditJson(report: AuditReport): Generator<string, void, undefined> {
  const { lostCount, lostRuns, lostEvents, perInstance, perService, ...rest } = report
  const total = lostCount + lostEvents.length
  const body: Omit<AuditJson, 'lost'> = {
    ...rest,
    auditedAt: new Date(report.auditedAt).toISOString(),
    lostTotal: total,
    ...(total > lostIdsMax && { lostIsCut: true as const }),
    lostRanges: lostRuns,
    perInstance: perInstance.map(instanceJson),
    perService: perService.map(countsJson),
  }
  yield `${JSON.stringify(body).slice(0, -1)},"lost":[`
  let part: string[] = []
  let listed = 0
  for (const id of lostIds(report)) {
    if (listed === lostIdsMax) break
    part.push(`${listed === 0 ? '' : ','}"${id}"`)
    listed++
    if (part.length < idsPerPart) continue
    yield part.join('')
    part = []
  }
  yield `${part.join('')}]}\n`
}

function countsJson<Counts extends AuditCounts>({
  lostCount,
  ...rest
}: Counts): CountsJson<Counts> {
  return { ...rest, lost: lostCount }
}

function instanceJson({ startedAt, heardAt, ...rest }: InstanceFindings): InstanceJson {
  return {
    ...countsJson(rest),
    startedAt: new Date(startedAt).toISOString(),
    heardAt: new Date(heardAt).toISOString(),
  }
}

/** Whether the command ends well. `isStrict`: an instance that ended without closing is not accepted either. */
export function isAccepted({ ok, perInstance }: AuditReport, isStrict = false): boolean {
  return ok && !(isStrict && perInstance.some(({ state }) => state === 'silent'))
}

/** A table of services, one of the instances that need a look, notes, and the verdict. */
export function auditText(report: AuditReport, style: Styling): string {
  const { perInstance, perService } = report
  const parts: string[] = []
  if (perInstance.length > 0) {
    const services = perService.map((each) => cells([each.service || '-'], each, each.instances))
    parts.push(table(['SERVICE', 'INSTANCES', ...countHeads], services, style))
  }
  const noticeable = perInstance.filter(isNoticeable)
  if (noticeable.length > 0) {
    const rows = noticeable
      .slice(0, instancesShownMax)
      .map((each) => cells([each.instance, each.service ?? '-', each.state], each))
    parts.push(table(['INSTANCE', 'SERVICE', 'STATE', ...countHeads], rows, style))
    const more = noticeable.length - instancesShownMax
    if (more > 0) parts.push(`and ${counted(more, 'instance')} more; --json has them all\n`)
  }
  parts.push(lostText(report, style), doubleText(report), notesText(report))
  const shown = parts.filter((part) => part !== '').join('\n')
  return `${shown}${shown === '' ? '' : '\n'}${verdictText(report, style)}\n`
}

const countHeads = ['ISSUED', 'INDEXED', 'DEAD', 'DROPPED', 'PENDING', 'LOST', 'DOUBLE']

/** The row's names, then its figures. */
function cells(names: string[], counts: AuditCounts, instances?: number): string[] {
  const { issued, indexed, deadLettered, pending, lostCount, duplicates } = counts
  const figures = [issued, indexed, deadLettered, droppedCount(counts), pending, lostCount]
  if (instances !== undefined) figures.unshift(instances)
  return names.concat([...figures, duplicates].map(numberText))
}

function droppedCount({ dropped }: AuditCounts): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0)
}

function isNoticeable(each: InstanceFindings): boolean {
  const { lostCount, lostEvents, duplicates, pendingIn, state } = each
  const isWrong = lostCount > 0 || lostEvents.length > 0 || duplicates > 0
  return isWrong || pendingIn.spool > 0 || (state === 'silent' && each.pending > 0)
}

function table(heads: readonly string[], rows: readonly string[][], style: Styling): string {
  const all = [heads, ...rows.map((row) => row.map(singleLine))]
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const firstNumber = heads.findIndex((head) => head === 'INSTANCES' || head === 'ISSUED')
  return all
    .map((row, index) => {
      const padded = row.map((cell, column) =>
        column < firstNumber ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      const line = padded.join('  ').trimEnd()
      return `${index === 0 ? style('bold', line) : line}\n`
    })
    .join('')
}

function lostText(report: AuditReport, style: Styling): string {
  const total = report.lostCount + report.lostEvents.length
  if (total === 0) return ''
  const lines = [style('bold', 'LOST')]
  for (const { firstId, lastId, count, service } of report.lostRuns.slice(0, idsShownMax)) {
    const ids = count === 1 ? firstId : `${firstId} to ${lastId}, ${numberText(count)} lines`
    lines.push(`  ${ids}${service === undefined ? '' : `  ${singleLine(service)}`}`)
  }
  const left = idsShownMax - Math.min(idsShownMax, report.lostRuns.length)
  for (const id of report.lostEvents.slice(0, left)) lines.push(`  ${id}`)
  const more = report.lostRuns.length + report.lostEvents.length - (lines.length - 1)
  if (more > 0) lines.push(`  and ${numberText(more)} more`)
  lines.push("  All ids: millrace audit --json | jq -r '.lost[]'")
  return lines.map((line) => `${line}\n`).join('')
}

function doubleText({ duplicates, duplicateIds }: AuditReport): string {
  if (duplicates === 0) return ''
  const ids = duplicateIds.slice(0, idsShownMax).map((id) => `  ${id}`)
  const more = duplicateIds.length - ids.length
  if (more > 0) ids.push(`  and ${numberText(more)} more`)
  return ['DOUBLE', ...ids].map((line) => `${line}\n`).join('')
}

function notesText({ notes }: AuditReport): string {
  const shown = notes.slice(0, notesShownMax).map((note) => `! ${singleLine(note)}`)
  const more = notes.length - shown.length
  if (more > 0) shown.push(`! and ${counted(more, 'note')} more; --json has them all`)
  return shown.map((line) => `${line}\n`).join('')
}

function verdictText(report: AuditReport, style: Styling): string {
  const { ok, instances, issued, lostCount, lostEvents, duplicates } = report
  if (instances === 0) {
    return `${style('yellow', '!')} There is nothing to audit: neither Elasticsearch nor topic ${report.topic} knows of a wanted instance that has logged.`
  }
  const books = booksText(report)
  if (ok) {
    const head = `${style('green', '✓')} None lost, none twice: `
    return `${head}${numberText(issued)} lines of ${counted(instances, 'instance')}: ${books}.`
  }
  const wrong = [
    ...(lostCount + lostEvents.length > 0
      ? [`${numberText(lostCount + lostEvents.length)} lost`]
      : []),
    ...(duplicates > 0 ? [`${numberText(duplicates)} double`] : []),
  ]
  const head = style('red', `✗ ${wrong.join(', ')}`)
  return `${head} of ${numberText(issued)} lines of ${counted(instances, 'instance')}: ${books}.`
}

function booksText(counts: AuditReport): string {
  const { indexed, deadLettered, dropped, pendingIn, expired } = counts
  const parts = [`${numberText(indexed)} indexed`]
  const add = (count: number, text: string): void => {
    if (count > 0) parts.push(`${numberText(count)} ${text}`)
  }
  add(deadLettered, 'dead-lettered (millrace dead-letters list)')
  for (const [reason, count] of Object.entries(dropped)) add(count, `dropped (${reason})`)
  add(pendingIn.topic, 'in the topic, before the indexers')
  add(pendingIn.spool, 'in a spool')
  add(pendingIn.memory, 'under way in a service')
  add(expired, 'from before the oldest document that is kept')
  return parts.join(', ')
}
