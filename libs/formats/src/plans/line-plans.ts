// Lines of one source repeat their keys: what one became is a plan for the next, whose values are copied without parsing.
import type { RecordFacts } from '../finish-document.ts'
import { ByteWriter } from './byte-writer.ts'
import { keepTemplate, probeFacts, probeLine, type RecordGaps } from './document-template.ts'
import { kinds } from './kinds.ts'
import { type Step, StepReader } from './line-steps.ts'
import type { PlanBudget } from './plan-budget.ts'
import { type Frame, noTemplate, planMachine } from './plan-machine.ts'
import type { Line } from './record-cursor.ts'
import type { PlannedFormat } from './value-rules.ts'

/** What a line has become by the rules, to learn from. */
export interface Lesson {
  line: Line
  record: RecordGaps
  format: PlannedFormat
  facts: RecordFacts
  documentText: string
  /** Reads another line by the rules: its document as text; undefined unless it is one event. */
  read(text: string, facts: RecordFacts): string | undefined
}

/** The plans for lines of one source, that is of records with the same header. */
export class LinePlans {
  readonly #budget: PlanBudget
  readonly #machine = planMachine()
  #tree = 0
  #generation = -1
  #machineGeneration = -1

  constructor(budget: PlanBudget) {
    this.#budget = budget
  }

  /**
   * The template for a record's line that is written no later than `latestMs` (epoch ms) by its own account, or one of
   * `noTemplate`. The machine looks at this line from then on.
   */
  find(record: Line & RecordGaps, latestMs: number): number {
    if (record.idEnd - record.idStart > this.#machine.idBytesMax) return noTemplate.refused
    this.#forget()
    this.#machine.place(record.bytes, record.start, record.end)
    return this.#machine.find(this.#tree, latestMs)
  }

  /** Appends the document for the line that was found last; in a frame, with the record's id before it. */
  write(target: ByteWriter, template: number, record: RecordGaps, frame?: Frame): void {
    this.#budget.use()
    this.#machine.write(target, template, record, frame)
  }

  /** Makes a plan from a line that none was found for, if lessons are affordable and the line can have one. */
  learn(lesson: Lesson): void {
    if (!this.#budget.pay()) return
    this.#machine.reservePlan()
    this.#forget()
    const { bytes, start, end } = lesson.line
    const own = Buffer.from(bytes.subarray(start, end))
    const { steps, tail, refused } = new StepReader(own, lesson.format).read()
    if (refused === 'once') return
    const template = refused === 'always' ? undefined : this.#makeTemplate(lesson, steps, tail)
    this.#add(this.#tree, { steps, tail, template })
  }

  /** Reads the line with markers in place of its values, by the rules, and tries the outcome on the line itself. */
  #makeTemplate(lesson: Lesson, steps: readonly Step[], tail: string): number | undefined {
    const { line, record, facts } = lesson
    const machine = this.#machine
    const probe = probeLine(steps, tail)
    const document = lesson.read(probe, probeFacts(facts, probe))
    if (document === undefined) return undefined
    const start = machine.plansEnd
    const template = keepTemplate(machine, document, steps, facts)
    if (template === undefined) return undefined
    const end = machine.plansEnd
    const trial = machine.newTree()
    this.#add(trial, { steps, tail, template })
    machine.place(line.bytes, line.start, line.end)
    let isSame = false
    if (machine.find(trial, Number.POSITIVE_INFINITY) === template) {
      const written = new ByteWriter(Buffer.alloc(0))
      machine.write(written, template, record)
      isSame = written.bytes.toString('utf8', 0, written.length) === lesson.documentText
    }
    machine.forgetPlansFrom(isSame ? end : start)
    return isSame ? template : undefined
  }

  /** Adds a line's way; without a template, all lines that begin so are refused. */
  #add(
    tree: number,
    {
      steps,
      tail,
      template,
    }: { steps: readonly Step[]; tail: string; template: number | undefined },
  ): void {
    const machine = this.#machine
    let node = tree
    for (const { constant, kind } of steps) {
      node = machine.way(node, Buffer.from(constant, 'latin1'), kind)
      if (node === 0) return
    }
    const kind = template === undefined ? kinds.refused : kinds.end
    const end = machine.way(node, Buffer.from(tail, 'latin1'), kind)
    if (end !== 0) machine.endWith(end, template ?? 0)
  }

  #forget(): void {
    const { generation } = this.#budget
    const { generation: machineGeneration } = this.#machine
    if (this.#generation === generation && this.#machineGeneration === machineGeneration) return
    this.#machine.reservePlan()
    this.#generation = generation
    this.#machineGeneration = this.#machine.generation
    this.#tree = this.#machine.newTree()
  }
}
