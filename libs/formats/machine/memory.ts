// Where things lie in the machine's memory, and how bytes are copied within it. Each region has slack behind it:
// bytes are read and written sixteen at a time, past the end of what is meant.

/** Start and end of each value of the line, as 32-bit numbers. */
export const boundsAt: usize = 0x1000
/** The line's time as ISO 8601, where the line says it in a text. */
export const isoAt: usize = 0x1400
/** Texts of the seconds that were seen last. */
export const secondsAt: usize = 0x1800
/** The id of a record that is not in the window. */
export const idAt: usize = 0x2800
export const idBytesMax: i32 = 0x400
/** What stands around id and document. */
export const frameAt: usize = 0x3000
export const framePartBytesMax: i32 = 0x400
/** The document, with what stands around it. */
export const documentAt: usize = 0x8000
export const documentBytesMax: i32 = 0x1_0000
/** A stretch of the records that are read. */
export const windowAt: usize = 0x2_0000
export const windowBytesMax: i32 = 0x10_0000
/** Plans. */
const plansAt: usize = 0x13_0000

let top: usize = plansAt

/** The end of what plans take: whoever sets it back forgets all that came after. */
export function plansEnd(): usize {
  return top
}

export function forgetPlansFrom(end: usize): void {
  top = end
}

export function forgetPlans(): void {
  top = plansAt
}

/** What is left for plans. */
export function plansLeft(): usize {
  return ((<usize>memory.size()) << 16) - top
}

/** A piece of memory for a plan. Whoever begins a plan makes sure that there is enough left. */
export function allocate(bytes: i32): usize {
  const at = top
  top = (at + <usize>bytes + 31) & ~15
  if (top > (<usize>memory.size()) << 16) unreachable()
  return at
}

/** Copies at least so many bytes: up to the next sixteen. */
export function copy(to: usize, from: usize, length: usize): void {
  let at: usize = 0
  do {
    v128.store(to + at, v128.load(from + at))
    at += 16
  } while (at < length)
}

/** Whether the same bytes stand in both places; up to the next eight are read. */
export function isSame(one: usize, other: usize, length: usize): bool {
  let at: usize = 0
  while (at + 8 <= length) {
    if (load<u64>(one + at) != load<u64>(other + at)) return false
    at += 8
  }
  const left = <u64>(length - at)
  if (left == 0) return true
  const differing = load<u64>(one + at) ^ load<u64>(other + at)
  return differing << (64 - (left << 3)) == 0
}
