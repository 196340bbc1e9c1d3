// The look machine, seen from JavaScript: WebAssembly that finds the places of a chunk where the name of a secret may end. See machine/.
import { instantiateWebAssembly } from '@millrace/foundation'
import { isLetter } from './bytes.ts'
import type { NameTables } from './key-names.ts'
import { lookMachineBase64 } from './look-machine-code.ts'

interface Constant {
  readonly value: number
}

interface MachineExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly lastLettersAt: Constant
  readonly isLetterAt: Constant
  readonly branchesAt: Constant
  readonly windowAt: Constant
  readonly windowBytesMax: Constant
  readonly foundAt: Constant
  look(length: number, isNew: boolean): number
}

const pageBytes = 64 * 1024

let ofThread: LookMachine | undefined

export class LookMachine {
  readonly #exports: MachineExports
  #memory!: Uint8Array
  #found!: Uint16Array
  #tables: NameTables | undefined

  private constructor(exports: MachineExports) {
    this.#exports = exports
    this.#view()
  }

  /**
   * The one of this thread, with room for these tables; it keeps nothing from one look to the next. Undefined where the
   * engine runs no WebAssembly or has no memory for it.
   */
  static ofThread(tables: NameTables): LookMachine | undefined {
    try {
      ofThread ??= new LookMachine(
        instantiateWebAssembly(Buffer.from(lookMachineBase64, 'base64')) as MachineExports,
      )
      ofThread.#use(tables)
      return ofThread
    } catch {
      return undefined
    }
  }

  /**
   * Places from `start`, where a line begins, up to `end`, in order: a separator that one of the names may end at; the
   * `@` of an address that may hold a password; a backslash whose `u` may be a letter. A few may be none of those.
   * @param tables the same object again costs nothing
   */
  look(tables: NameTables, chunk: Buffer, start: number, end: number): number[] {
    const { windowAt, windowBytesMax } = this.#exports
    this.#use(tables)
    const memory = this.#memory
    const found = this.#found
    const places: number[] = []
    for (let from = start; from < end; from += windowBytesMax.value) {
      const to = Math.min(end, from + windowBytesMax.value)
      chunk.copy(memory, windowAt.value, from, to)
      const count = this.#exports.look(to - from, from === start)
      for (let at = 0; at < count; at++) places.push(from + found[at]!)
    }
    return places
  }

  #use(tables: NameTables): void {
    if (tables === this.#tables) return
    const { memory, lastLettersAt, isLetterAt, branchesAt } = this.#exports
    const { branches } = tables
    const missing = branchesAt.value + branches.byteLength - memory.buffer.byteLength
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageBytes))
      this.#view()
    }
    this.#memory.set(tables.lastLetters, lastLettersAt.value)
    this.#memory.set(isLetter, isLetterAt.value)
    new Uint16Array(memory.buffer, branchesAt.value, branches.length).set(branches)
    this.#tables = tables
  }

  /** A memory that has grown is another one. */
  #view(): void {
    const { memory, foundAt, windowBytesMax } = this.#exports
    this.#memory = new Uint8Array(memory.buffer)
    this.#found = new Uint16Array(memory.buffer, foundAt.value, windowBytesMax.value)
  }
}
