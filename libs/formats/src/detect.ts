// Which format reads a line: the one that the record names if it can, else the first that recognizes it.
import type { Line, LogFormat } from './format.ts'
import { parseJsonObject } from './parse-json.ts'
import { formats } from './registry.ts'

const jsonFormats = formats.filter(({ shape }) => shape === 'json')
const textFormats = formats.filter(({ shape }) => shape === 'text')

const formatsByName = new Map<string, LogFormat>()
for (const format of formats) {
  for (const name of [format.name, ...(format.aliases ?? [])]) formatsByName.set(name, format)
}

export interface Detection {
  format: LogFormat
  parsed: unknown
  /** Why this format: the record named it, or its signature was found. */
  by: 'name' | 'signature'
}

/** The names that a record's header may use, in the registry's order. */
export const formatNames: readonly string[] = formats.map(({ name }) => name)

export function findFormat(name: string): LogFormat | undefined {
  return formatsByName.get(name) ?? formatsByName.get(name.trim().toLowerCase())
}

export function readLine(text: string): Line {
  return { text, json: parseJsonObject(text) }
}

/** Always finds one: plain text recognizes everything that is not a JSON object. */
export function detectFormat(line: Line, named?: LogFormat): Detection {
  if (named !== undefined) {
    const parsed = named.accept === undefined ? named.recognize(line) : named.accept(line)
    if (parsed !== undefined) return { format: named, parsed, by: 'name' }
  }
  for (const format of line.json === undefined ? textFormats : jsonFormats) {
    const parsed = format.recognize(line)
    if (parsed !== undefined) return { format, parsed, by: 'signature' }
  }
  throw new Error('the registry must end with formats that recognize every line')
}
