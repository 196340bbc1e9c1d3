// What a line is: its text, and the JSON object in it; and which built-in format reads it.
import { builtIn, type Detection } from './format-list.ts'
import type { Line, LogFormat } from './format.ts'
import { parseJsonObject } from './parse-json.ts'

/** The names that a record's header may use, in the registry's order. */
export const formatNames: readonly string[] = builtIn.all.map(({ name }) => name)

export function findFormat(name: string): LogFormat | undefined {
  return builtIn.find(name)
}

export function readLine(text: string): Line {
  return { text, json: parseJsonObject(text) }
}

export function detectFormat(line: Line, named?: LogFormat): Detection {
  return builtIn.detect(line, named)
}
