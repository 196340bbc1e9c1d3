// Take: how many bytes each partition may have in flight, so that memory is bounded and none starves the others.
import assert from 'node:assert/strict'

export interface AdmissionOptions {
  /** Bound of all records in flight together. */
  inFlightBytesMax: number
  /** A paused partition resumes once it holds less than this part of what it may hold. 0 to 1. */
  resumeRatio: number
}

/** What one partition holds in flight. */
export interface Holder {
  heldBytes: number
}

/**
 * A partition may hold up to twice what is still free (dynamic thresholds, Choudhury and Hahne 1998).
 * One busy partition so gets two thirds of the bound, many share it evenly, and however many hold
 * records that cannot be indexed, something stays free for the others. The bound can be passed by at
 * most the one record that reaches it.
 */
export class Admission {
  readonly #options: AdmissionOptions
  #inFlightBytes = 0

  constructor(options: AdmissionOptions) {
    assert(options.inFlightBytesMax >= 1 && options.resumeRatio > 0 && options.resumeRatio <= 1)
    this.#options = options
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  take(holder: Holder, bytes: number): void {
    holder.heldBytes += bytes
    this.#inFlightBytes += bytes
  }

  release(holder: Holder, bytes: number): void {
    holder.heldBytes -= bytes
    this.#inFlightBytes -= bytes
    assert(holder.heldBytes >= 0 && this.#inFlightBytes >= 0, 'more bytes released than taken')
  }

  hasRoom(holder: Holder): boolean {
    return holder.heldBytes < this.#threshold()
  }

  mayResume(holder: Holder): boolean {
    return holder.heldBytes < this.#threshold() * this.#options.resumeRatio
  }

  #threshold(): number {
    return 2 * (this.#options.inFlightBytesMax - this.#inFlightBytes)
  }
}
