// A document's bytes with gaps: all that lines of one plan have in common, and which value goes into which gap.
import { formatEpochMs } from '@millrace/ecs'
import type { RecordFacts } from '../finish-document.ts'
import { gaps, kinds } from './kinds.ts'
import type { Step } from './line-steps.ts'
import { plannedLengthMax } from './record-cursor.ts'
import type { PlanMachine } from './plan-machine.ts'

/** A text that stands for the value of a gap in a document that is made only to be cut up. */
interface Marker {
  text: string
  gap: number
}

/** Of a private use area: a line that has them itself is not planned. */
const open = '\ue000'
const close = '\ue001'

const probeTimeMs = 1_234_567_890_123
const probeDurationMs = 1_234_567.5
const probeCreatedAtMs = 1_250_000_000_456
const probeReceivedAt = `${open}received${close}`
const probeId = `${open}id${close}`
const probeInstance = `${open}instance${close}`
const probeSequence = 709_999_999_999_999
const probeTransit = { delayMs: 708_888_888_888_888, partition: 707_777_777_777_777 }

/** Of the same kind as the value, and of a length that no other marker is a part of. */
function markerOf(kind: number, index: number): string {
  switch (kind) {
    case kinds.text:
    case kinds.masked:
    case kinds.urlPath:
    case kinds.urlQuery:
    case kinds.urlFragment:
      return `${open}${index}${close}`
    case kinds.epochMs:
      return String(probeTimeMs)
    case kinds.isoTime:
      return formatEpochMs(probeTimeMs)
    case kinds.hex16:
    case kinds.hex32: {
      const part = `fa${index.toString(16).padStart(2, '0')}c0de`
      return part.repeat(kind === kinds.hex16 ? 2 : 4)
    }
    case kinds.ip:
      return `10.9.8.${100 + index}`
    case kinds.durationMs:
      return String(probeDurationMs)
    default:
      return String(701_234_567_890_000 + index)
  }
}

/** The line with markers in place of its values. */
export function probeLine(steps: readonly Step[], tail: string): string {
  let line = ''
  for (const [index, { constant, kind }] of steps.entries())
    line += textOf(constant) + markerOf(kind, index)
  return line + textOf(tail)
}

/** Of a character per byte. */
function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** The record's facts with markers in place of what differs between records. */
export function probeFacts(facts: RecordFacts, text: string): RecordFacts {
  return {
    ...facts,
    id: probeId,
    instance: facts.instance === undefined ? undefined : probeInstance,
    sequence: facts.sequence === undefined ? undefined : probeSequence,
    createdAtMs: probeCreatedAtMs,
    receivedAt: probeReceivedAt,
    transit: probeTransit,
    text,
  }
}

/** As it is to be found in the document. */
function documentMarker(kind: number, index: number): Marker {
  switch (kind) {
    case kinds.epochMs:
    case kinds.isoTime:
      return { text: formatEpochMs(probeTimeMs), gap: gaps.iso }
    case kinds.durationMs:
      return { text: String(probeDurationMs * 1e6), gap: gaps.duration }
    default:
      return { text: markerOf(kind, index), gap: index }
  }
}

function markersOf(steps: readonly Step[], facts: RecordFacts): Marker[] {
  const markers = steps.map(({ kind }, index) => documentMarker(kind, index))
  markers.push(
    { text: probeId, gap: gaps.id },
    { text: formatEpochMs(probeCreatedAtMs), gap: gaps.createdAt },
    { text: probeReceivedAt, gap: gaps.receivedAt },
    { text: String(probeTransit.delayMs), gap: gaps.delayMs },
    { text: String(probeTransit.partition), gap: gaps.partition },
  )
  if (facts.instance !== undefined) markers.push({ text: probeInstance, gap: gaps.instance })
  if (facts.sequence !== undefined) {
    markers.push({ text: String(probeSequence), gap: gaps.sequence })
  }
  return markers
}

/** What a record says of itself, as it goes into the gaps. */
export interface RecordGaps {
  /** Of the id of the record; its first characters name the instance where it was minted. */
  readonly idBytes: Uint8Array
  readonly idStart: number
  readonly idEnd: number
  readonly sequence: number
  readonly createdAtMs: number
  readonly receivedAtMs: number
  readonly partition: number
}

/** What stands before a gap and does not vary, and what fills the gap; none behind the last part. */
interface Part {
  constant: Buffer
  gap: number | undefined
}

/** Cuts up the document of a probe line; undefined when a value of the line is not to be found in it. */
function cut(document: string, steps: readonly Step[], facts: RecordFacts): Part[] | undefined {
  const found: { at: number; text: string; gap: number }[] = []
  for (const { text, gap } of markersOf(steps, facts)) {
    let at = document.indexOf(text)
    // A value that is in no field: whether it is may depend on what it is. Only masked ones have to be gone.
    const isMasked = gap >= 0 && steps[gap]!.kind === kinds.masked
    if ((at === -1) !== isMasked) return undefined
    for (; at !== -1; at = document.indexOf(text, at + text.length)) found.push({ at, text, gap })
  }
  found.sort((one, other) => one.at - other.at)
  const parts: Part[] = []
  let start = 0
  for (const { at, text, gap } of found) {
    parts.push({ constant: Buffer.from(document.slice(start, at)), gap })
    start = at + text.length
  }
  parts.push({ constant: Buffer.from(document.slice(start)), gap: undefined })
  return parts
}

/** The longest of numbers and times. Unit: bytes. */
const numberMax = 40

/** Three parts, and the id once more. */
const frameBytesMax = 4096

/** What the longest document can be. */
function longest(parts: readonly Part[], idBytesMax: number): number {
  const times = new Map<number, number>()
  let bytes = 0
  let mostTimes = 0
  for (const { constant, gap } of parts) {
    bytes += constant.length + numberMax
    if (gap === gaps.id) bytes += idBytesMax
    if (gap === undefined || gap < 0) continue
    times.set(gap, (times.get(gap) ?? 0) + 1)
    mostTimes = Math.max(mostTimes, times.get(gap)!)
  }
  return bytes + mostTimes * plannedLengthMax + frameBytesMax
}

/**
 * Makes a template of the document of a probe line, where the machine keeps its plans.
 * @returns the template; undefined when a value of the line is not to be found in the document, or documents might
 * be too long for the machine
 */
export function keepTemplate(
  machine: PlanMachine,
  document: string,
  steps: readonly Step[],
  facts: RecordFacts,
): number | undefined {
  const parts = cut(document, steps, facts)
  if (parts === undefined) return undefined
  if (longest(parts, machine.idBytesMax) > machine.documentBytesMax) return undefined
  const written: Buffer[] = []
  for (const { constant, gap } of parts) {
    const length = Buffer.alloc(4)
    length.writeInt32LE(constant.length)
    const behind = Buffer.alloc(((4 - (constant.length & 3)) & 3) + 4)
    behind.writeInt32LE(gap ?? machine.lastPart, behind.length - 4)
    written.push(length, constant, behind)
  }
  return machine.keep(Buffer.concat(written))
}
