// Plans cost memory, and time to make: how much of both, however the keys of the lines change.

export interface PlanBudgetOptions {
  /** Plans of all sources together; with one more, all are forgotten. 0: none are made. Default: 4000. */
  plansMax?: number
  /** Lines that may be learned from before any plan has been of use. Default: 200. */
  lessonsAtFirst?: number
  /** Lines written by plan that pay for one more lesson, which costs as much as reading a line a few times. Default: 50. */
  usesPerLesson?: number
}

/** Lessons that can be saved up, beyond those at first. */
const lessonsSavedMax = 1000

/** One for all sources of a normalizer. */
export class PlanBudget {
  readonly #plansMax: number
  readonly #usesPerLesson: number
  readonly #usesMax: number
  #plans = 0
  #uses: number
  #generation = 0

  constructor(options: PlanBudgetOptions = {}) {
    const { plansMax = 4000, lessonsAtFirst = 200, usesPerLesson = 50 } = options
    this.#plansMax = plansMax
    this.#usesPerLesson = usesPerLesson
    this.#uses = lessonsAtFirst * usesPerLesson
    this.#usesMax = this.#uses + lessonsSavedMax * usesPerLesson
  }

  /** Plans of an earlier generation are to be forgotten. */
  get generation(): number {
    return this.#generation
  }

  /** A plan was of use. */
  use(): void {
    if (this.#uses < this.#usesMax) this.#uses++
  }

  /** Pays for one more lesson and the plan that comes of it, if that can be afforded. */
  pay(): boolean {
    if (this.#uses < this.#usesPerLesson || this.#plansMax === 0) return false
    this.#uses -= this.#usesPerLesson
    if (++this.#plans > this.#plansMax) {
      this.#plans = 1
      this.#generation++
    }
    return true
  }
}
