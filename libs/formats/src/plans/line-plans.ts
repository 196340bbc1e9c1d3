// Lines of one source repeat their keys: what one became is a plan for the next, whose values are copied without parsing.
import { dayMs, type RecordFacts } from '../finish-document.ts'
import { DocumentTemplate, probeFacts, probeLine } from './document-template.ts'
import { type Step, StepReader } from './line-steps.ts'
import type { PlanBudget } from './plan-budget.ts'
import { type Found, PlanTree } from './plan-tree.ts'
import type { PlannedFormat } from './value-rules.ts'

/** Longer lines are not planned: limits on the length of values stay out of reach. Unit: UTF-16 units. */
export const plannedLengthMax = 8000

/** What a line has become by the rules, to learn from. */
export interface Lesson {
  text: string
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
  find(text: string): Found {
    this.#forget()
    return this.#tree.find(text)
  }

  /** The document for the line that was found last; undefined for a time that has to be doubted. */
  write(template: DocumentTemplate, text: string, facts: RecordFacts): string | undefined {
    const { walk } = this.#tree
    if (walk.timeMs > facts.createdAtMs + dayMs) return undefined
    this.#budget.use()
    return template.write(text, walk, facts)
  }

  /** Makes a plan from a line that none was found for, if lessons are affordable and the line can have one. */
  learn(lesson: Lesson): void {
    if (!this.#budget.pay()) return
    this.#forget()
    const { steps, tail, refused } = new StepReader(lesson.text, lesson.format).read()
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
  const { text, facts } = lesson
  const probe = probeLine(steps, tail)
  const document = lesson.read(probe, probeFacts(facts, probe))
  if (document === undefined) return undefined
  const template = DocumentTemplate.cut(document, steps, facts)
  if (template === undefined) return undefined
  const trial = new PlanTree()
  trial.add(steps, tail, template)
  const isSame =
    trial.find(text) === template && template.write(text, trial.walk, facts) === lesson.documentText
  return isSame ? template : undefined
}
