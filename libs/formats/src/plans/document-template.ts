// A document's bytes with gaps: all that lines of one plan have in common, and which value goes into which gap.
import { formatEpochMs } from '@millrace/ecs'
import { instanceLength } from '@millrace/envelope'
import type { RecordFacts } from '../finish-document.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Step } from './line-steps.ts'
import { kinds } from './value-reader.ts'
import type { Walk } from './plan-tree.ts'

/** What fills a gap: a value of the line by its number from 0, or one of these. */
const gaps = {
  iso: -1,
  duration: -2,
  id: -3,
  createdAt: -4,
  receivedAt: -5,
  instance: -6,
  sequence: -7,
  delayMs: -8,
  partition: -9,
} as const

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

/** Digits of the longest number, and more than a time has characters. Unit: bytes. */
const numberMax = 40

export class DocumentTemplate {
  readonly #first: Uint8Array
  readonly #gaps: Int8Array
  /** What stands after each gap and does not vary. */
  readonly #after: readonly Uint8Array[]
  /** Of all that does not vary, and of the most that numbers and times take. */
  readonly #fixedBytes: number

  private constructor(first: string, filledBy: readonly number[], after: readonly string[]) {
    this.#first = new Uint8Array(Buffer.from(first))
    this.#gaps = Int8Array.from(filledBy)
    this.#after = after.map((text) => new Uint8Array(Buffer.from(text)))
    this.#fixedBytes = this.#first.length + filledBy.length * numberMax
    for (const { length } of this.#after) this.#fixedBytes += length
  }

  /** Cuts up the document of a probe line; undefined when a value of the line is not to be found in it. */
  static cut(
    document: string,
    steps: readonly Step[],
    facts: RecordFacts,
  ): DocumentTemplate | undefined {
    const found: { at: number; text: string; gap: number }[] = []
    for (const { text, gap } of markersOf(steps, facts)) {
      let at = document.indexOf(text)
      // A value that is in no field: whether it is may depend on what it is. Only masked ones have to be gone.
      const isMasked = gap >= 0 && steps[gap]!.kind === kinds.masked
      if ((at === -1) !== isMasked) return undefined
      for (; at !== -1; at = document.indexOf(text, at + text.length)) found.push({ at, text, gap })
    }
    found.sort((one, other) => one.at - other.at)
    const after: string[] = []
    let end = document.length
    for (const { at, text } of found.toReversed()) {
      after.unshift(document.slice(at + text.length, end))
      end = at
    }
    const filledBy = found.map(({ gap }) => gap)
    return new DocumentTemplate(document.slice(0, end), filledBy, after)
  }

  /** Appends the document for a line that was walked along. */
  write(target: ByteWriter, line: Uint8Array, walk: Walk, record: RecordGaps): void {
    const { bounds } = walk
    const gapList = this.#gaps
    let most = this.#fixedBytes
    for (let index = 0; index < gapList.length; index++) {
      const gap = gapList[index]!
      if (gap >= 0) most += bounds[gap * 2 + 1]! - bounds[gap * 2]!
      else if (gap === gaps.id) most += record.idEnd - record.idStart
    }
    target.reserve(most)
    target.constant(this.#first)
    for (let index = 0; index < gapList.length; index++) {
      const gap = gapList[index]!
      if (gap >= 0) target.range(line, bounds[gap * 2]!, bounds[gap * 2 + 1]!)
      else fill(gap, target, walk, record)
      target.constant(this.#after[index]!)
    }
  }
}

function fill(gap: number, target: ByteWriter, walk: Walk, record: RecordGaps): void {
  switch (gap) {
    case gaps.iso:
      if (walk.iso === undefined) target.time(walk.timeMs)
      else target.ascii(walk.iso)
      return
    case gaps.duration:
      return target.integer(walk.duration)
    case gaps.id:
      return target.range(record.idBytes, record.idStart, record.idEnd)
    case gaps.instance:
      return target.range(record.idBytes, record.idStart, record.idStart + instanceLength)
    case gaps.createdAt:
      return target.time(record.createdAtMs)
    case gaps.receivedAt:
      return target.time(record.receivedAtMs)
    case gaps.delayMs:
      return target.integer(record.receivedAtMs - record.createdAtMs)
    case gaps.partition:
      return target.integer(record.partition)
    default:
      return target.integer(record.sequence)
  }
}
