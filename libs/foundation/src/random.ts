// Chance, for identities and jitter: the only place that draws random numbers.
import { randomBytes } from 'node:crypto'

/** Chance as an argument, so that a seed can replay a run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
}

/** Randomness from the operating system, fit for identities. */
export const systemRandom: Random = {
  next: () => randomBytes(4).readUInt32BE(0) / 2 ** 32,
  bytes: (length) => randomBytes(length),
}

/**
 * A repeatable sequence for tests, demo load and fault schedules (mulberry32; not for identities).
 * The same seed gives the same numbers on every machine.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    bytes(length) {
      const bytes = new Uint8Array(length)
      for (let index = 0; index < length; index++) bytes[index] = Math.floor(next() * 256)
      return bytes
    },
  }
}
