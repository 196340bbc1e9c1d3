// Who reads dead letters: the time, the end, and what is told on the way.
import type { Clock, Random } from '@millrace/foundation'

export interface Reading {
  clock: Clock
  random: Random
  /** Ends the reading; what was asked for is then thrown as `interrupted`. */
  signal: AbortSignal
  /** Hears how many of how many records were read. */
  onProgress?: (seen: number, total: number) => void
}

/** The reading was ended by its signal: what was read is not all. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted')
    this.name = 'InterruptedError'
  }
}

/** More events have dead letters than can be looked through at once. */
export class TooManyLettersError extends Error {
  constructor(deadLetterTopic: string, lettersMax: number) {
    super(
      `topic ${deadLetterTopic} holds dead letters of more than ${lettersMax.toLocaleString('en')} events`,
    )
    this.name = 'TooManyLettersError'
  }
}
