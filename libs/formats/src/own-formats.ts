// Formats of the user: modules that a setting names, checked before the first line is read.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError, errorText } from '@millrace/foundation'
import { builtIn } from './format-list.ts'
import type { LogFormat } from './format.ts'

/**
 * Imports each module; its default export is a format or a list of formats. The first module's come first.
 *
 * @param paths relative to `folder`
 * @throws ConfigError in one line, for a module that can't be imported, an export that is no format, a name that is taken
 */
export async function loadFormats(paths: readonly string[], folder: string): Promise<LogFormat[]> {
  const formats: LogFormat[] = []
  for (const path of paths) {
    // One after another: the order decides, and so the first mistake is the one that is told.
    const exported = await importDefault(path, resolve(folder, path))
    for (const format of Array.isArray(exported) ? exported : [exported]) {
      const problem = formatProblem(format, formats)
      if (problem !== undefined) throw wrong(`${path}: ${problem}`)
      formats.push(format as LogFormat)
    }
  }
  return formats
}

async function importDefault(path: string, absolute: string): Promise<unknown> {
  if (!existsSync(absolute)) throw wrong(`${path}: there is no such file (looked for ${absolute})`)
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(absolute).href)) as { default?: unknown }
  } catch (error) {
    throw wrong(`${path} can't be imported: ${errorText(error)}`, error)
  }
  if (module.default === undefined) {
    throw wrong(`${path} has no default export, expected a format or a list of formats`)
  }
  return module.default
}

function wrong(problem: string, cause?: unknown): ConfigError {
  return new ConfigError('MILLRACE_CONFIG_VALUE', `Format ${problem}`, { cause })
}

const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/

/** Why `value` can't be used as a format beside the built-in ones and `others`; undefined if it can. */
export function formatProblem(
  value: unknown,
  others: readonly LogFormat[] = [],
): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return `a format must be an object, got ${value === null ? 'null' : typeof value}`
  }
  const { name, aliases, shape, recognize, accept, normalize } = value as Record<string, unknown>
  if (typeof name !== 'string' || !namePattern.test(name)) {
    return `name must be 1 to 64 lower-case letters, digits and dashes, got ${shown(name)}`
  }
  const isNameList = Array.isArray(aliases) && aliases.every((alias) => typeof alias === 'string')
  if (aliases !== undefined && !isNameList) {
    return `aliases of "${name}" must be a list of texts, got ${shown(aliases)}`
  }
  if (shape !== 'json' && shape !== 'text') {
    return `shape of "${name}" must be "json" or "text", got ${shown(shape)}`
  }
  for (const [member, given] of Object.entries({ recognize, normalize })) {
    if (typeof given !== 'function') {
      return `${member} of "${name}" must be a function, got ${shown(given)}`
    }
  }
  if (accept !== undefined && typeof accept !== 'function') {
    return `accept of "${name}" must be a function or absent, got ${shown(accept)}`
  }
  return takenName([name, ...(aliases ?? [])], others)
}

function takenName(names: readonly string[], others: readonly LogFormat[]): string | undefined {
  for (const name of names) {
    const isOfOthers = others.some(
      (other) => other.name === name || other.aliases?.includes(name) === true,
    )
    if (isOfOthers) return `the name "${name}" is taken by another format of yours`
    if (builtIn.find(name) !== undefined) {
      return `the name "${name}" is taken by a built-in format, choose another`
    }
  }
  return undefined
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  return value === null || typeof value !== 'object' ? String(value) : 'an object'
}
