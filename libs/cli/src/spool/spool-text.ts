// What lies in a spool directory, for a person and for a program.
import { basename } from 'node:path'
import { decodeSourceFacts, formatEventId } from '@millrace/envelope'
import type { Damage, SegmentInspection, SpoolInspection } from '@millrace/spool'
import { counted } from '../number-text.ts'
import type { Style } from '../output.ts'
import { singleLine } from '../terminal-text.ts'

type Styling = (style: Style, text: string) => string

/** Ids of lines that can't be read; past it only their number is said. */
const missingShownMax = 3

export function serviceOf({ head }: SegmentInspection): string | undefined {
  return head === undefined ? undefined : decodeSourceFacts(head.header)?.['service.name']
}

export function spoolJson({ directory, segments, foreign, problem }: SpoolInspection): object {
  return {
    directory,
    segments: segments.map((segment) => ({
      path: segment.path,
      instance: segment.instance,
      service: serviceOf(segment),
      topic: segment.head?.topic,
      brokers: segment.head?.brokers,
      lines: segment.lines,
      ledgers: segment.ledgers,
      bytes: segment.bytes,
      createdAt: new Date(segment.createdAtMs).toISOString(),
      firstId: idOf(segment, segment.firstSequence),
      lastId: idOf(segment, segment.lastSequence),
      issued: segment.issued,
      heldBy: segment.heldBy?.pid,
      damage: segment.damage && damageJson(segment.damage),
      problem: segment.problem,
    })),
    ...totals(segments),
    foreign,
    problem,
  }
}

function damageJson({ atByte, bytes, reason, missing }: Damage): object {
  return { atByte, bytes, reason, missing: missing.toString(), missingCount: missing.count }
}

function totals(segments: readonly SegmentInspection[]) {
  const sum = (read: (segment: SegmentInspection) => number): number =>
    segments.reduce((total, segment) => total + read(segment), 0)
  return {
    lines: sum(({ lines }) => lines),
    bytes: sum(({ bytes }) => bytes),
    held: sum(({ heldBy }) => (heldBy === undefined ? 0 : 1)),
    damaged: sum((segment) => (isDamaged(segment) ? 1 : 0)),
    missing: sum(({ damage }) => damage?.missing.count ?? 0),
  }
}

export function isDamaged({ damage, problem }: SegmentInspection): boolean {
  return damage !== undefined || problem !== undefined
}

export function spoolText(inspection: SpoolInspection, nowMs: number, style: Styling): string {
  const { directory, segments, foreign, problem } = inspection
  if (problem !== undefined) return `${style('red', '✗')} ${singleLine(problem)}\n`
  if (segments.length === 0) return `Nothing lies in ${singleLine(directory)}.\n`
  const rows: string[] = []
  let instance = ''
  for (const segment of segments.toSorted(byInstance)) {
    if (segment.instance !== instance) rows.push(style('bold', instanceText(segment)))
    instance = segment.instance
    rows.push(`  ${segmentText(segment, nowMs)}`)
    if (isDamaged(segment)) rows.push(style('red', `    ${damageText(segment)}`))
  }
  const other =
    foreign.length === 0 ? [] : [`${counted(foreign.length, 'other file')} in the directory`]
  return [...rows, sumText(inspection), ...other].map((row) => `${row}\n`).join('')
}

function byInstance(left: SegmentInspection, right: SegmentInspection): number {
  return left.instance < right.instance ? -1 : left.instance > right.instance ? 1 : 0
}

function instanceText(segment: SegmentInspection): string {
  const { instance, head } = segment
  if (head === undefined) return `${instance}  of an unknown service`
  const service = serviceOf(segment) ?? 'a service without a name'
  const to = `to topic ${head.topic} at ${head.brokers.join(', ')}`
  return singleLine(`${instance}  ${service}  ${to}`)
}

function segmentText(segment: SegmentInspection, nowMs: number): string {
  const { lines, ledgers, bytes, createdAtMs, heldBy } = segment
  const first = idOf(segment, segment.firstSequence)
  const last = idOf(segment, segment.lastSequence)
  return [
    basename(segment.path).split('.', 1)[0]!.slice(-6),
    counted(lines, 'line') + (ledgers > 0 ? ` and ${counted(ledgers, 'ledger')}` : ''),
    bytesText(bytes),
    `${ageText(nowMs - createdAtMs)} old`,
    ...(first === undefined || last === undefined ? [] : [`${first} to ${last}`]),
    heldBy === undefined ? 'free to be sent' : `held by process ${heldBy.pid}`,
  ].join(', ')
}

export function damageText({
  damage,
  problem,
}: {
  damage: Damage | undefined
  problem?: string | undefined
}): string {
  if (damage === undefined) return `can't be opened: ${singleLine(problem ?? '')}`
  const { reason, atByte, bytes, missing } = damage
  const what = {
    torn: 'the end is torn off',
    checksum: 'a record does not have its checksum',
    head: 'the head is unreadable',
    unreadable: 'the disk does not give it back',
  }[reason]
  const where = `${what} at byte ${atByte}; ${counted(bytes, 'byte')} from there are unreadable`
  return `${where}, ${missingText(missing)}`
}

function missingText(missing: Damage['missing']): string {
  if (missing.count === 0) return 'no line is known to have been there'
  const text = missing.toString()
  const few = missing.length <= missingShownMax ? `: ${text}` : ''
  return `${counted(missing.count, 'line')} with them${few}`
}

function sumText({ segments }: SpoolInspection): string {
  const { lines, bytes, held, damaged } = totals(segments)
  const instances = new Set(segments.map(({ instance }) => instance)).size
  const free = segments.length - held
  return [
    `${counted(segments.length, 'segment')} of ${counted(instances, 'instance')}: ${counted(lines, 'line')}, ${bytesText(bytes)}`,
    ...(free > 0 ? [`${free} free ("millrace spool resend" sends them)`] : []),
    ...(held > 0 ? [`${held} held by living processes`] : []),
    ...(damaged > 0 ? [`${damaged} damaged`] : []),
  ].join('; ')
}

function idOf(segment: SegmentInspection, sequence: number | undefined): string | undefined {
  return sequence === undefined ? undefined : formatEventId(segment.instance, sequence)
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte')
  const units = ['kB', 'MB', 'GB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit]}`
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
