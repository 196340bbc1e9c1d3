// The plans of one source: a tree over the constant parts of its lines, walked along a line while its values are found.
import { isUtf8 } from 'node:buffer'
import type { DocumentTemplate } from './document-template.ts'
import { type Step, stepsMax } from './line-steps.ts'
import {
  endOfValue,
  kinds,
  type LineBytes,
  notHere,
  readNumber,
  readZonedTime,
  unusual,
} from './value-reader.ts'

/** What the walk along a line found out; one for all, as it is used up before the next walk. */
export interface Walk {
  /** Start and end of each value that varies. */
  readonly bounds: Int32Array
  /** Of `@timestamp`, epoch ms; 0 when the line has none. */
  timeMs: number
  /** The same as ISO 8601, where the line says it in a text. */
  iso: string | undefined
  /** Of `event.duration`. Unit: ns. */
  duration: number
}

/** `unknown`: no line before was like this one. `unusual`: there is a plan for such lines, but not for these values. */
export type Found = DocumentTemplate | 'unknown' | 'unusual' | 'refused'

interface Node {
  /** What stands before the value. */
  readonly constant: Uint8Array
  readonly kind: number
  readonly next: Node[]
  /** Where the line is over. */
  template: DocumentTemplate | undefined
}

/** Ways to go on from one place; each costs a look at the line, so further ones have no plan. */
export const waysMax = 64

export class PlanTree {
  readonly #first: Node[] = []
  readonly #walk: Walk = {
    bounds: new Int32Array(stepsMax * 2),
    iso: undefined,
    timeMs: 0,
    duration: 0,
  }

  get walk(): Walk {
    return this.#walk
  }

  find(line: LineBytes & { readonly start: number }): Found {
    const { bounds } = this.#walk
    this.#walk.timeMs = 0
    let ways = this.#first
    let at = line.start
    let step = 0
    for (;;) {
      let next: Node[] | undefined
      let isUnusual = false
      for (let way = 0; way < ways.length && next === undefined; way++) {
        const node = ways[way]!
        if (!standsAt(node.constant, line, at)) continue
        const start = at + node.constant.length
        if (node.kind === kinds.end) {
          if (start === line.end) return isText(line, bounds, step) ? node.template! : 'refused'
          continue
        }
        if (node.kind === kinds.refused) return 'refused'
        const end = this.#endOf(node.kind, line, start)
        if (end < 0) {
          isUnusual ||= end !== notHere
          continue
        }
        bounds[step++] = start
        bounds[step++] = end
        at = end
        next = node.next
        // What came last most often comes next.
        if (way > 0) {
          ways[way] = ways[way - 1]!
          ways[way - 1] = node
        }
      }
      if (next === undefined) return isUnusual ? 'unusual' : 'unknown'
      ways = next
    }
  }

  #endOf(kind: number, line: LineBytes, start: number): number {
    const end = endOfValue(kind, line, start)
    if (end < 0) return end
    if (kind === kinds.epochMs) {
      this.#walk.timeMs = readNumber(line.bytes, start, end)
      this.#walk.iso = undefined
    } else if (kind === kinds.durationMs) {
      this.#walk.duration = Math.round(readNumber(line.bytes, start, end) * 1e6)
    } else if (kind === kinds.isoTime) {
      const time = readZonedTime(line.bytes, start, end)
      if (time === undefined) return unusual
      this.#walk.timeMs = time.epochMs
      this.#walk.iso = time.iso
    }
    return end
  }

  /** Adds a line's way; without a template, all lines that begin so are refused. */
  add(steps: readonly Step[], tail: string, template: DocumentTemplate | undefined): void {
    let ways = this.#first
    for (const { constant, kind } of steps) {
      const node = findOrAdd(ways, constant, kind)
      if (node === undefined) return
      ways = node.next
    }
    const end = findOrAdd(ways, tail, template === undefined ? kinds.refused : kinds.end)
    if (end !== undefined) end.template = template
  }
}

function standsAt(constant: Uint8Array, { bytes, end }: LineBytes, at: number): boolean {
  const { length } = constant
  if (at + length > end) return false
  for (let index = 0; index < length; index++) {
    if (bytes[at + index] !== constant[index]) return false
  }
  return true
}

/** Whether the values are UTF-8; what is between them is, as it was in the line that the plan was made from. */
function isText({ bytes }: LineBytes, bounds: Int32Array, count: number): boolean {
  for (let step = 0; step < count; step += 2) {
    const end = bounds[step + 1]!
    for (let index = bounds[step]!; index < end; index++) {
      if (bytes[index]! >= 0x80) {
        if (!isUtf8(bytes.subarray(index, end))) return false
        break
      }
    }
  }
  return true
}

function findOrAdd(ways: Node[], constant: string, kind: number): Node | undefined {
  const bytes = Buffer.from(constant, 'latin1')
  let node = ways.find((way) => way.kind === kind && bytes.equals(way.constant))
  if (node === undefined && ways.length < waysMax) {
    node = { constant: new Uint8Array(bytes), kind, next: [], template: undefined }
    ways.push(node)
  }
  return node
}
