// Bulk, across rollovers: many ids side by side in one piece of memory, for they are kept long and read seldom.
import { numbersPerEvent, numberAt } from './event-places.mts'
import type { IdPlace, IdPlaces } from './good-answer.mts'

const firstBytes = 1_024
const utf8BytesPerUnit = 3
/** Before each id stands its length. */
const lengthBytes = 4

/** Ids in the order in which they came; about their own length of memory each, and nothing for the garbage collector. */
export class PackedIds {
  #bytes: Buffer<ArrayBuffer>
  #start = 0
  #end = 0
  #count = 0

  /** @param memory what another one is done with; see `memory` */
  constructor(memory = Buffer.allocUnsafe(firstBytes)) {
    this.#bytes = memory
  }

  get count(): number {
    return this.#count
  }

  /** Where they lie: for the next one, once nobody asks for these any more. */
  get memory(): Buffer<ArrayBuffer> {
    return this.#bytes
  }

  addAll({ bytes, numbers, from, count }: IdPlaces): void {
    const to = from + count * numbersPerEvent
    for (let at = from; at < to; at += numbersPerEvent) {
      this.#copy(bytes, numbers[at + numberAt.keyStart]!, numbers[at + numberAt.keyEnd]!)
    }
  }

  /** The id as it stands in bytes. */
  addFrom({ bytes, keyStart, keyEnd }: IdPlace): void {
    this.#copy(bytes, keyStart, keyEnd)
  }

  #copy(bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    const length = keyEnd - keyStart
    if (this.#end + lengthBytes + length > this.#bytes.length) {
      this.#grow(this.#end + lengthBytes + length)
    }
    const target = this.#bytes
    target.writeUInt32LE(length, this.#end)
    let at = this.#end + lengthBytes
    for (let index = keyStart; index < keyEnd; index++) target[at++] = bytes[index]!
    this.#end = at
    this.#count += 1
  }

  add(id: string): void {
    const most = this.#end + lengthBytes + id.length * utf8BytesPerUnit
    if (most > this.#bytes.length) this.#grow(most)
    const length = this.#bytes.write(id, this.#end + lengthBytes)
    this.#bytes.writeUInt32LE(length, this.#end)
    this.#end += lengthBytes + length
    this.#count += 1
  }

  /** Forgets the id that came first of those that are left. */
  dropFirst(): void {
    if (this.#count === 0) return
    this.#start += lengthBytes + this.#bytes.readUInt32LE(this.#start)
    this.#count -= 1
  }

  all(): string[] {
    const ids: string[] = []
    for (let at = this.#start; at < this.#end;) {
      const length = this.#bytes.readUInt32LE(at)
      ids.push(this.#bytes.toString('utf8', at + lengthBytes, at + lengthBytes + length))
      at += lengthBytes + length
    }
    return ids
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}
