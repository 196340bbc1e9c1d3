// Redaction: whether a name in a line is the name of a secret.
import { isLetter, isSeparator } from './bytes.ts'
import { defaultKeys } from './default-keys.ts'

/** Longest name that is looked at, in bytes; of a longer one its end. */
export const nameMaxBytes = 256
/** Bytes between a name's last letter and its separator: a quote seven texts deep has 127 backslashes; blanks, brackets. */
const strangeMax = 160
/** Bytes between two letters of a name: `card - number`. */
const gapMax = 4
/** Names remembered with their answer; past it, the memory begins anew. */
const remembered = 1_000

/** `name`, `*end-of-name`, and either with `!` before it: never redacted by its name. */
export const keySyntax = /^(!\*|!?\*?[^*!]*[\p{L}\p{N}][^*!]*)$/u

/** Names are compared without case and without anything but letters and digits: `api_key`, `API-Key` and `apiKey` are one. */
export function normalizeName(name: string): string {
  return name
    .normalize()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** What the look machine (machine/) knows of the names: all that `Endings` does, or less, and then it stops too often. */
export interface NameTables {
  /** For each three letters, last one first, by their five lower bits: 1 where a name may end so. */
  readonly lastLetters: Uint8Array
  /**
   * 32 for each letter of the tree: which letter comes before it, by its five lower bits, as a number; 0 where none does.
   * `wholeBit` is set where that letter begins a name.
   */
  readonly branches: Uint16Array
}

const wholeBit = 0x8000

const pairValue = 'value'

/** In `{"name":…,"value":…}` another member names the secret. */
export function isPairValue(name: string): boolean {
  return name.length === pairValue.length && name.toLowerCase() === pairValue
}

class NameSet {
  readonly exact = new Set<string>()
  readonly ends: string[] = []

  add(key: string): void {
    if (key.startsWith('*')) this.ends.push(normalizeName(key))
    else this.exact.add(normalizeName(key))
  }

  has(name: string): boolean {
    return this.exact.has(name) || this.ends.some((end) => name.endsWith(end))
  }
}

/** Names from their ends to their beginnings, as a tree: most names of a line are told apart by their last two or three letters. */
class Endings {
  /** 32 branches for each node; case is the sixth bit of a letter, so the five lower ones choose. */
  #branches: number[] = Array.from({ length: 32 }, () => 0)
  readonly #isWhole: boolean[] = [false]

  add(name: string): void {
    let node = 0
    for (const byte of Buffer.from(name).toReversed()) {
      const branch = node * 32 + (byte & 31)
      let next = this.#branches[branch]!
      if (next === 0) {
        next = this.#isWhole.push(false) - 1
        for (let count = 0; count < 32; count++) this.#branches.push(0)
        this.#branches[branch] = next
      }
      node = next
    }
    this.#isWhole[node] = true
  }

  /** For each three letters, last one first, by their five lower bits: whether one of the names may end so. */
  lastLetters(): Uint8Array {
    const endings = new Uint8Array(32 ** 3)
    const mark = (node: number, path: number, depth: number): void => {
      const width = 32 ** (3 - depth)
      if (depth === 3 || this.#isWhole[node]) {
        endings.fill(1, path * width, (path + 1) * width)
        return
      }
      for (let letter = 0; letter < 32; letter++) {
        const next = this.#branches[node * 32 + letter]!
        if (next !== 0) mark(next, path * 32 + letter, depth + 1)
      }
    }
    mark(0, 0, 0)
    return endings
  }

  /** Letters past the highest number are left out: the name then counts as whole where they would come. */
  branches(): Uint16Array {
    const nodes = Math.min(this.#isWhole.length, wholeBit)
    return Uint16Array.from(this.#branches.slice(0, nodes * 32), (next) => {
      if (next >= wholeBit) return wholeBit
      return this.#isWhole[next] === true && next !== 0 ? next | wholeBit : next
    })
  }

  /** Whether the letters before `end` are those of one of the names. */
  areBefore(line: Buffer, end: number): boolean {
    let at = end - 1
    // Of several separators side by side, names end at the first.
    if (at >= 0 && isSeparator[line[at]!] === 1) return false
    const nearest = end - strangeMax
    while (at >= nearest && at >= 0 && isLetter[line[at]!] === 0) at--
    let node = 0
    let lastLetter = at
    for (const lowest = at - nameMaxBytes; at >= 0 && at >= lowest; at--) {
      const byte = line[at]!
      if (isLetter[byte] === 0) {
        if (lastLetter - at > gapMax || node === 0) return false
        continue
      }
      lastLetter = at
      node = this.#branches[node * 32 + (byte & 31)]!
      if (node === 0) return false
      if (this.#isWhole[node]) return true
    }
    return false
  }
}

/** Own names win over exceptions (`!name`), exceptions over the defaults. */
export class KeyNames {
  readonly #own = new NameSet()
  readonly #exceptions = new NameSet()
  readonly #defaults = new NameSet()
  readonly #endings = new Endings()
  readonly #answers = new Map<string, boolean>()

  constructor(keys: readonly string[] = []) {
    for (const key of defaultKeys) this.#add(this.#defaults, key)
    this.#endings.add(pairValue)
    for (const key of keys) {
      if (key.startsWith('!')) this.#exceptions.add(key.slice(1))
      else this.#add(this.#own, key)
    }
  }

  tables(): NameTables {
    return { lastLetters: this.#endings.lastLetters(), branches: this.#endings.branches() }
  }

  /** Cheap, and false only for names that are none of ours. Escapes must have been ruled out. */
  mayEndAt(line: Buffer, end: number): boolean {
    return this.#endings.areBefore(line, end)
  }

  /** Whether this is the name of a secret. Escapes are resolved. */
  has(written: string): boolean {
    const known = this.#answers.get(written)
    if (known !== undefined) return known
    const name = normalizeName(resolveEscapes(written))
    const isSecret =
      name !== '' &&
      (this.#own.has(name) || (this.#defaults.has(name) && !this.#exceptions.has(name)))
    if (this.#answers.size >= remembered) this.#answers.clear()
    this.#answers.set(written, isSecret)
    return isSecret
  }

  #add(names: NameSet, key: string): void {
    names.add(key)
    const name = normalizeName(key)
    for (const form of [name, name.toUpperCase(), name.normalize('NFD')]) this.#endings.add(form)
    // As the end of `user%5Bpassword%5D` is written.
    this.#endings.add(`${name}5d`)
  }
}

/** `pass\u0077ord`, however many texts deep, and `user%5Bpassword%5D`. */
function resolveEscapes(written: string): string {
  if (!/[\\%]/.test(written)) return written
  return written
    .replaceAll(/\\+u([0-9a-f]{4})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replaceAll(/%5[bd]/gi, ' ')
}
