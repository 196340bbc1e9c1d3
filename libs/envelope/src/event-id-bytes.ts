// Identity, as bytes: the ids of lines that follow each other, each written by counting the last one up.
import { formatEventId } from './event-id.ts'

const nine = 0x39
const lowerA = 0x61
const lowerZ = 0x7a
const zero = 0x30

/** Bytes of an event id: instance, hyphen, sequence. */
export const eventIdBytes = 25

/** Writes event ids of one instance. */
export class EventIdWriter {
  readonly #instance: string
  readonly #bytes = Buffer.alloc(eventIdBytes)
  #sequence = Number.NaN

  constructor(instance: string) {
    this.#instance = instance
  }

  /** Writes what `formatEventId` says to `target`, from `at`. Cheapest when each sequence is one more than the last. */
  write(sequence: number, target: Uint8Array, at: number): void {
    const bytes = this.#bytes
    if (sequence === this.#sequence + 1) increment(bytes)
    else if (sequence !== this.#sequence) bytes.write(formatEventId(this.#instance, sequence))
    this.#sequence = sequence
    for (let index = 0; index < eventIdBytes; index++) target[at + index] = bytes[index]!
  }
}

/** Adds one to the base-36 digits at the end. */
function increment(bytes: Buffer): void {
  let at = bytes.length - 1
  for (; bytes[at] === lowerZ; at--) bytes[at] = zero
  const digit = bytes[at]!
  bytes[at] = digit === nine ? lowerA : digit + 1
}
