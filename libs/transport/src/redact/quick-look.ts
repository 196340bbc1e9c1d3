// Redaction: whether a line is worth the whole look; most lines are not.
import { atSign, backslash } from './bytes.ts'
import type { KeyNames, NameTables } from './key-names.ts'
import { LookMachine } from './look-machine.ts'

/**
 * Says no only where `SecretScan` finds nothing: a line without any separator that the name of a secret may end at,
 * without an address that may hold a password, and without escapes, which may hide a name. What several lines came in is
 * gone through at once; a line is then a look at the places that were found.
 */
export class QuickLook {
  readonly #names: KeyNames
  readonly #tables: NameTables
  readonly #machine: LookMachine
  /** What was gone through, the places that were found there, and how many lie before the line that was asked for last. */
  #chunk: Buffer | undefined
  #start = 0
  #end = 0
  #places: number[] = []
  #passed = 0

  private constructor(names: KeyNames, tables: NameTables, machine: LookMachine) {
    this.#names = names
    this.#tables = tables
    this.#machine = machine
  }

  /** Undefined where there is no WebAssembly (`--jitless`): each line has the whole look then. */
  static of(names: KeyNames): QuickLook | undefined {
    const tables = names.tables()
    const machine = LookMachine.ofThread(tables)
    return machine === undefined ? undefined : new QuickLook(names, tables, machine)
  }

  /** Lines from `start` up to, and without, `end` come next, in order. */
  begin(chunk: Buffer, start: number, end: number): void {
    this.#chunk = chunk
    this.#start = start
    this.#end = end
    this.#places = this.#look(chunk, start, end)
    this.#passed = 0
  }

  /** Whether the line from `start` up to, and without, `end` must be looked through. */
  mayHold(chunk: Buffer, start: number, end: number): boolean {
    // A line that came in pieces is a chunk of its own.
    if (chunk !== this.#chunk || start < this.#start || end > this.#end) {
      return this.#look(chunk, start, end).some((place) => this.#isWorthIt(chunk, place))
    }
    const places = this.#places
    let at = this.#passed
    while (at < places.length && places[at]! < start) at++
    let isWorthIt = false
    for (; at < places.length && places[at]! < end; at++) {
      isWorthIt ||= this.#isWorthIt(chunk, places[at]!)
    }
    this.#passed = at
    return isWorthIt
  }

  #look(chunk: Buffer, start: number, end: number): number[] {
    return this.#machine.look(this.#tables, chunk, start, end)
  }

  #isWorthIt(chunk: Buffer, place: number): boolean {
    const byte = chunk[place]
    return byte === backslash || byte === atSign || this.#names.mayEndAt(chunk, place)
  }
}
