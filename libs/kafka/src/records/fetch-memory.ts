// Memory of answers to fetches: used again once nobody needs what lies in it.
import assert from 'node:assert/strict'

/** Smaller answers are cheap to allocate and most are none to fetches. Unit: bytes. */
const leastBytes = 64 * 1024
/** What is kept although nothing lies in it. Unit: bytes. */
const freeBytesMax = 16 * 1024 * 1024
/** A piece is not taken for an answer that is so many times smaller. */
const wasteMax = 4

/**
 * The piece of memory that one answer lies in. Whoever reads from it holds it; when the last one has let go, it is used
 * again. Whoever forgets to let go costs no more than that: the piece is left to the garbage collector.
 */
export class FetchMemory {
  readonly bytes: Buffer
  #holds = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  hold(count: number): void {
    this.#holds += count
  }

  letGo(count = 1): void {
    this.#holds -= count
    assert(this.#holds >= 0, 'memory was let go of more often than it was held')
    if (this.#holds === 0) give(this)
  }
}

// One for all clients of a thread: answers of one are read while those of another are on their way.
const free: FetchMemory[] = []
let freeBytes = 0
/** Which piece of memory an answer lies in, by the memory itself: views of it are all that is handed on. */
const inUse = new WeakMap<ArrayBufferLike, FetchMemory>()

/** A place for an answer of that length; what is in it is whatever it was. */
export function takeMemory(length: number): Buffer {
  if (length < leastBytes) return Buffer.allocUnsafe(length)
  const place = free.findIndex(
    ({ bytes }) => bytes.length >= length && bytes.length <= length * wasteMax,
  )
  const [found] = place === -1 ? [] : free.splice(place, 1)
  if (found !== undefined) freeBytes -= found.bytes.length
  const memory = found ?? new FetchMemory(Buffer.allocUnsafeSlow(roundedUp(length)))
  inUse.set(memory.bytes.buffer, memory)
  return memory.bytes.subarray(0, length)
}

/** The memory that an answer lies in, where that is of ours. */
export function memoryOf(answer: Buffer): FetchMemory | undefined {
  return inUse.get(answer.buffer)
}

function give(memory: FetchMemory): void {
  const { bytes } = memory
  inUse.delete(bytes.buffer)
  if (freeBytes + bytes.length > freeBytesMax) return
  freeBytes += bytes.length
  free.push(memory)
}

/** Few sizes, so that what is free fits what comes next. */
function roundedUp(length: number): number {
  return 2 ** Math.ceil(Math.log2(length))
}
