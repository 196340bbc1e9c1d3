// The plans of one source: a tree over the constant parts of its lines, walked along a line while its values are found.
import { formatEpochMs } from '@millrace/ecs'
import { ownCopy } from '../document-text.ts'
import type { DocumentTemplate } from './document-template.ts'
import { type Step, stepsMax } from './line-steps.ts'
import { endOfValue, kinds, notHere, readZonedTime, unusual } from './value-reader.ts'

/** What the walk along a line found out; one for all, as it is used up before the next walk. */
export interface Walk {
  /** Start and end of each value that varies. */
  readonly bounds: Int32Array
  /** Of `@timestamp`: ISO 8601, and epoch ms; 0 when the line has none. */
  iso: string
  timeMs: number
  /** Of `event.duration`. Unit: ns. */
  duration: number
}

/** `unknown`: no line before was like this one. `unusual`: there is a plan for such lines, but not for these values. */
export type Found = DocumentTemplate | 'unknown' | 'unusual' | 'refused'

interface Node {
  /** What stands before the value. */
  readonly constant: string
  readonly kind: number
  readonly next: Node[]
  /** Where the line is over. */
  template: DocumentTemplate | undefined
}

/** Ways to go on from one place; each costs a look at the line, so further ones have no plan. */
export const waysMax = 64

export class PlanTree {
  readonly #first: Node[] = []
  readonly #walk: Walk = { bounds: new Int32Array(stepsMax * 2), iso: '', timeMs: 0, duration: 0 }

  get walk(): Walk {
    return this.#walk
  }

  find(text: string): Found {
    const { bounds } = this.#walk
    this.#walk.timeMs = 0
    let ways = this.#first
    let at = 0
    let step = 0
    for (;;) {
      let next: Node[] | undefined
      let isUnusual = false
      for (let way = 0; way < ways.length && next === undefined; way++) {
        const node = ways[way]!
        if (!text.startsWith(node.constant, at)) continue
        const start = at + node.constant.length
        if (node.kind === kinds.end) {
          if (start === text.length) return node.template!
          continue
        }
        if (node.kind === kinds.refused) return 'refused'
        const end = this.#endOf(node.kind, text, start)
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

  #endOf(kind: number, text: string, start: number): number {
    const end = endOfValue(kind, text, start)
    if (end < 0) return end
    if (kind === kinds.epochMs) {
      const timeMs = Number(text.slice(start, end))
      this.#walk.timeMs = timeMs
      this.#walk.iso = formatEpochMs(timeMs)
    } else if (kind === kinds.durationMs) {
      this.#walk.duration = Math.round(Number(text.slice(start, end)) * 1e6)
    } else if (kind === kinds.isoTime) {
      const time = readZonedTime(text.slice(start, end))
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

function findOrAdd(ways: Node[], constant: string, kind: number): Node | undefined {
  let node = ways.find((way) => way.constant === constant && way.kind === kind)
  if (node === undefined && ways.length < waysMax) {
    node = { constant: ownCopy(constant), kind, next: [], template: undefined }
    ways.push(node)
  }
  return node
}
