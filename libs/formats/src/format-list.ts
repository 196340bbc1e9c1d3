// Which formats there are, and which of them reads a line: the one that the record names if it can, else the first that recognizes it.
import type { Line, LogFormat } from './format.ts'
import { formats as builtInFormats } from './registry.ts'

export interface Detection {
  format: LogFormat
  parsed: unknown
  /** Why this format: the record named it, or its signature was found. */
  by: 'name' | 'signature'
}

/** Built-in formats, and before them those of the user. */
export class FormatList {
  /** In the order in which they are asked. */
  readonly all: readonly LogFormat[]
  /** Those of the user. */
  readonly own: readonly LogFormat[]
  readonly #json: readonly LogFormat[]
  readonly #text: readonly LogFormat[]
  readonly #byName = new Map<string, LogFormat>()

  /** `own` are asked before the built-in ones. Their names must be free: see `formatProblem`. */
  constructor(own: readonly LogFormat[] = []) {
    this.own = own
    this.all = [...own, ...builtInFormats]
    this.#json = this.all.filter(({ shape }) => shape === 'json')
    this.#text = this.all.filter(({ shape }) => shape === 'text')
    for (const format of this.all) {
      for (const name of [format.name, ...(format.aliases ?? [])]) this.#byName.set(name, format)
    }
  }

  find(name: string): LogFormat | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.trim().toLowerCase())
  }

  /** Always finds one: plain text recognizes everything that is not a JSON object. */
  detect(line: Line, named?: LogFormat): Detection {
    if (named !== undefined) {
      const parsed = named.accept === undefined ? named.recognize(line) : named.accept(line)
      if (parsed !== undefined) return { format: named, parsed, by: 'name' }
    }
    const asked = line.json === undefined ? this.#text : this.#json
    for (const format of asked) {
      const parsed = format.recognize(line)
      if (parsed !== undefined) return { format, parsed, by: 'signature' }
    }
    throw new Error('the registry must end with formats that recognize every line')
  }
}

/** Those of the registry alone. */
export const builtIn: FormatList = new FormatList()
