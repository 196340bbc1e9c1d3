// Lines of one source repeat their keys: what one became is a plan for the next, whose values are copied without parsing.
import { dayMs, type RecordFacts } from '../finish-document.ts'
import { DocumentTemplate, probeFacts, probeLine, type RecordGaps } from './document-template.ts'
import { ByteWriter } from './byte-writer.ts'
import { type Step, StepReader } from './line-steps.ts'
import type { PlanBudget } from './plan-budget.ts'
import { type Found, PlanTree } from './plan-tree.ts'
import type { PlannedFormat } from './value-rules.ts'

/** Longer lines are not planned: limits on the length of values stay out of reach. Unit: bytes. */
export const plannedLengthMax = 8000

/** The line's bytes, from `start` to `end`. */
export interface Line {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

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
  #tree = new PlanTree()
  #generation: number

  constructor(budget: PlanBudget) {
    this.#budget = budget
    this.#generation = budget.generation
  }

  /** A template is to be written before the next line is looked for. */
  find(line: Line): Found {
    this.#forget()
    return this.#tree.find(line)
  }

  /** Whether the time of the line that was found last is one to believe. */
  isTimely(createdAtMs: number): boolean {
    return this.#tree.walk.timeMs <= createdAtMs + dayMs
  }

  /** Appends the document for the line that was found last. */
  write(target: ByteWriter, template: DocumentTemplate, line: Line, record: RecordGaps): void {
    this.#budget.use()
    template.write(target, line.bytes, this.#tree.walk, record)
  }

  /** Makes a plan from a line that none was found for, if lessons are affordable and the line can have one. */
  learn(lesson: Lesson): void {
    if (!this.#budget.pay()) return
    this.#forget()
    const { bytes, start, end } = lesson.line
    const own = Buffer.from(bytes.subarray(start, end))
    const { steps, tail, refused } = new StepReader(own, lesson.format).read()
    if (refused === 'once') return
    const template = refused === 'always' ? undefined : makeTemplate(lesson, steps, tail)
    this.#tree.add(steps, tail, template)
  }

  #forget(): void {
    const { generation } = this.#budget
    if (this.#generation === generation) return
    this.#generation = generation
    this.#tree = new PlanTree()
  }
}

/** Reads the line with markers in place of its values, by the rules, and tries the outcome on the line itself. */
function makeTemplate(
  lesson: Lesson,
  steps: readonly Step[],
  tail: string,
): DocumentTemplate | undefined {
  const { line, record, facts } = lesson
  const probe = probeLine(steps, tail)
  const document = lesson.read(probe, probeFacts(facts, probe))
  if (document === undefined) return undefined
  const template = DocumentTemplate.cut(document, steps, facts)
  if (template === undefined) return undefined
  const trial = new PlanTree()
  trial.add(steps, tail, template)
  if (trial.find(line) !== template) return undefined
  const written = new ByteWriter(Buffer.alloc(0))
  template.write(written, line.bytes, trial.walk, record)
  const isSame = written.bytes.toString('utf8', 0, written.length) === lesson.documentText
  return isSame ? template : undefined
}
