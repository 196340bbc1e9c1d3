// The plan machine, seen from JavaScript: WebAssembly that finds a line's values and writes its document. See machine/.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isIpAddress, readTimestamp } from '@millrace/ecs'
import { instantiateWebAssembly } from '@millrace/foundation'
import type { ByteWriter } from './byte-writer.ts'
import type { RecordGaps } from './document-template.ts'

interface Constant {
  readonly value: number
}

interface MachineExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly windowAt: Constant
  readonly windowBytesMax: Constant
  readonly frameAt: Constant
  readonly framePartBytesMax: Constant
  readonly idAt: Constant
  readonly idBytesMax: Constant
  readonly isoAt: Constant
  readonly documentAt: Constant
  readonly documentBytesMax: Constant
  readonly lastPart: Constant
  allocate(bytes: number): number
  plansEnd(): number
  plansLeft(): number
  forgetPlans(): void
  forgetPlansFrom(end: number): void
  newTree(): number
  way(parent: number, constant: number, length: number, kind: number): number
  endWith(node: number, template: number): void
  find(tree: number, lineStart: number, lineEnd: number, latestMs: number): number
  endOf(kind: number, start: number, end: number): number
  frame(beforeLength: number, betweenLength: number, afterLength: number): void
  write(
    template: number,
    isFramed: boolean,
    ...facts: [
      idAt: number,
      idLength: number,
      partition: number,
      sequence: number,
      ...times: number[],
    ]
  ): number
}

/** What a line is looked up as when there is no template for it; those are positive numbers. */
export const noTemplate = {
  /** No line before was like this one. */
  unknown: 0,
  /** There is a plan for such lines, but not for these values. */
  unusual: -1,
  /** Such lines have no plan. */
  refused: -2,
} as const

/** What stands before the id of a line, between that and its document, and after the document. Up to 1,024 bytes each. */
export interface Frame {
  readonly before: Uint8Array
  readonly between: Uint8Array
  readonly after: Uint8Array
}

const noBytes = new Uint8Array(0)

/** More than one plan takes, made and tried. Unit: bytes. */
const planBytesMax = 256 * 1024

export class PlanMachine {
  readonly #machine: MachineExports
  readonly #memory: Buffer
  readonly #windowAt: number
  readonly #windowBytesMax: number
  readonly #idAt: number
  readonly #documentAt: number
  readonly idBytesMax: number
  readonly documentBytesMax: number
  readonly lastPart: number
  /** The bytes of which a stretch lies in the window, and which. */
  #windowOf: Uint8Array = noBytes
  #windowStart = 0
  #windowEnd = 0
  #lineAt = 0
  #lineEnd = 0
  #frame: Frame | undefined
  /** Plans of an earlier generation are gone. */
  generation = 0

  constructor(code: Uint8Array) {
    const host = {
      isAddress: (start: number, end: number) => isIpAddress(this.#text(start, end)),
      isShortest: (start: number, end: number) => {
        const digits = this.#text(start, end)
        return String(Number(digits)) === digits
      },
      readTime: (start: number, end: number) => this.#readTime(start, end),
      timeRead: () => this.#timeReadMs,
    }
    const machine = instantiateWebAssembly(code, { host }) as MachineExports
    this.#machine = machine
    this.#memory = Buffer.from(machine.memory.buffer)
    this.#windowAt = machine.windowAt.value
    this.#windowBytesMax = machine.windowBytesMax.value
    this.#idAt = machine.idAt.value
    this.#documentAt = machine.documentAt.value
    this.idBytesMax = machine.idBytesMax.value
    this.documentBytesMax = machine.documentBytesMax.value
    this.lastPart = machine.lastPart.value
  }

  /**
   * The line that is looked at from now on. All that follows it in `bytes` may be copied along, and is not copied again
   * for the lines that follow: what is in `bytes` must not change.
   */
  place(bytes: Uint8Array, start: number, end: number): void {
    const isThere = bytes === this.#windowOf && start >= this.#windowStart && end <= this.#windowEnd
    if (!isThere) {
      this.#windowOf = bytes
      this.#windowStart = start
      this.#windowEnd = Math.min(bytes.length, start + this.#windowBytesMax)
      this.#copyIn(bytes, start, this.#windowEnd, this.#windowAt)
    }
    this.#lineAt = this.#windowAt + start - this.#windowStart
    this.#lineEnd = this.#lineAt + end - start
  }

  /** The template for the line, or one of `noTemplate`. One whose time is after `latestMs` is unusual. */
  find(tree: number, latestMs: number): number {
    return this.#machine.find(tree, this.#lineAt, this.#lineEnd, latestMs)
  }

  /** Where in the line a value of that kind ends that begins at `start`; negative where none is that a plan takes. */
  endOf(kind: number, start: number): number {
    const end = this.#machine.endOf(kind, this.#lineAt + start, this.#lineEnd)
    return end < 0 ? end : end - this.#lineAt
  }

  /** Appends the document for the line that a template was found for last; in a frame, with the record's id before it. */
  write(target: ByteWriter, template: number, record: RecordGaps, frame?: Frame): void {
    const { idBytes, idStart, idEnd, partition, sequence, createdAtMs, receivedAtMs } = record
    if (frame !== undefined && frame !== this.#frame) this.#setFrame(frame)
    let idAt = this.#idAt
    const isInWindow =
      idBytes === this.#windowOf && idStart >= this.#windowStart && idEnd <= this.#windowEnd
    if (isInWindow) idAt = this.#windowAt + idStart - this.#windowStart
    else this.#copyIn(idBytes, idStart, idEnd, idAt)
    const isFramed = frame !== undefined
    const idBytesCount = idEnd - idStart
    // Spread from arrays, they would be 350 bytes of garbage for each line.
    const end = this.#machine.write(
      template,
      isFramed,
      idAt,
      idBytesCount,
      partition,
      sequence,
      createdAtMs,
      receivedAtMs,
    )
    target.reserve(end - this.#documentAt)
    target.range(this.#memory, this.#documentAt, end)
  }

  #setFrame(frame: Frame): void {
    const { before, between, after } = frame
    const { frameAt, framePartBytesMax } = this.#machine
    const partBytesMax = framePartBytesMax.value
    for (const [place, part] of [before, between, after].entries()) {
      assert(part.length < partBytesMax, 'a part of a frame is too long')
      this.#memory.set(part, frameAt.value + place * partBytesMax)
    }
    this.#machine.frame(before.length, between.length, after.length)
    this.#frame = frame
  }

  /** Makes sure that the next plan has room; all others may have to go for it. */
  reservePlan(): void {
    if (this.#machine.plansLeft() >= planBytesMax) return
    this.#machine.forgetPlans()
    this.generation++
  }

  get plansEnd(): number {
    return this.#machine.plansEnd()
  }

  forgetPlansFrom(end: number): void {
    this.#machine.forgetPlansFrom(end)
  }

  /** Bytes that a plan needs, kept with the plans. */
  keep(bytes: Uint8Array): number {
    const at = this.#machine.allocate(bytes.length)
    this.#memory.set(bytes, at)
    return at
  }

  newTree(): number {
    return this.#machine.newTree()
  }

  /** The way on from a node of a tree, made if need be; 0 where there are too many. */
  way(parent: number, constant: Uint8Array, kind: number): number {
    this.#memory.set(constant, this.#documentAt)
    return this.#machine.way(parent, this.#documentAt, constant.length, kind)
  }

  endWith(node: number, template: number): void {
    this.#machine.endWith(node, template)
  }

  #timeReadMs = 0

  #readTime(start: number, end: number): number {
    const time = readTimestamp(this.#text(start, end))
    if (time === undefined || !time.zoned) return -1
    this.#timeReadMs = time.epochMs
    return this.#memory.write(time.iso, this.#machine.isoAt.value, 'latin1')
  }

  #text(start: number, end: number): string {
    return this.#memory.toString('latin1', start, end)
  }

  #copyIn(bytes: Uint8Array, start: number, end: number, at: number): void {
    if (bytes instanceof Buffer) bytes.copy(this.#memory, at, start, end)
    else this.#memory.set(bytes.subarray(start, end), at)
  }
}

let machine: PlanMachine | undefined

/** One for all plans of the thread: what lies in it is used up before anybody else looks at a line. */
export function planMachine(): PlanMachine {
  if (machine === undefined) {
    const file = new URL('./plan-machine.wasm', import.meta.url)
    machine = new PlanMachine(readFileSync(file))
  }
  return machine
}
