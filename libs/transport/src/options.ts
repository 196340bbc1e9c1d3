// What the transport is told: options and environment become settings, or one error that names every wrong option.
import { ConfigError } from '@millrace/foundation'
import type { z } from 'zod'
import { type Environment, readEnvironment, variableFor } from './environment.ts'
import { nearest } from './nearest-name.ts'
import { type Settings, streamSchema, targetSchema } from './settings.ts'

/** What pino adds to a target's options for its own use. */
const pinoMembers = new Set(['$context', 'pinoWillSendConfig', 'levels', 'dedupe'])

/** Members that the options leave out are taken from the environment. */
const mergedOptions = new Set(['service', 'spool', 'redact'])

/** Values of these are never repeated in an error. */
const secretPath = /^(sasl|tls)(\.|$)/

export interface ReadOptionsInput {
  options: unknown
  env: Environment
  readFile: (path: string) => string
  kind: 'stream' | 'target'
}

/**
 * Options win over the environment, the environment over the defaults.
 * @throws ConfigError that lists all problems at once: the option, the rule, what was found, and the variable it came from.
 */
export function readOptions({ options, env, readFile, kind }: ReadOptionsInput): Settings {
  const given = options ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new ConfigError(
      'MILLRACE_CONFIG_VALUE',
      `@millrace/transport: options must be an object, got ${describe(given)}`,
    )
  }
  const { values, origins } = readEnvironment(env, readFile)
  const raw: Record<string, unknown> = { ...values }
  const own = new Set<string>()
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (kind === 'target' && pinoMembers.has(name))) continue
    const merge = mergedOptions.has(name) && isPlainObject(value) && isPlainObject(raw[name])
    raw[name] = merge ? { ...(raw[name] as object), ...(value as object) } : value
    if (merge) for (const member of Object.keys(value as object)) own.add(`${name}.${member}`)
    else own.add(name)
  }
  const parsed = (kind === 'target' ? targetSchema : streamSchema).safeParse(raw)
  if (parsed.success) return withPossibleDurability(parsed.data)
  const origin = (path: string): string | undefined => {
    const [first = ''] = path.split(/[.[]/)
    if (own.has(first) || own.has(path)) return undefined
    const list = path.replace(/\[\d+\]$/, '')
    return origins.get(list) ?? origins.get(first) ?? missingVariable(path, first, origins)
  }
  const issues = parsed.error.issues.flatMap((issue) => insideUnion(issue, raw))
  const unknownOnly = issues.every((issue) => issue.code === 'unrecognized_keys')
  throw new ConfigError(
    unknownOnly ? 'MILLRACE_CONFIG_UNKNOWN' : 'MILLRACE_CONFIG_VALUE',
    `@millrace/transport: ${issues.map((issue) => problemText(issue, raw, kind, origin)).join('; ')}`,
  )
}

function withPossibleDurability(settings: Settings): Settings {
  if (settings.spool !== false || settings.durability !== 'always') return settings
  throw new ConfigError(
    'MILLRACE_CONFIG_VALUE',
    '@millrace/transport: durability "always" needs the spool, which is off (spool: false)',
  )
}

type Issue = z.core.$ZodIssue

/** Where an object was given for one or the other, what is wrong in the object is what helps. */
function insideUnion(issue: Issue, raw: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || !isPlainObject(valueAt(raw, issue.path))) return [issue]
  const inside = issue.errors.find((errors) =>
    errors.some(({ code, path }) => code === 'unrecognized_keys' || path.length > 0),
  )
  return (
    inside?.map((part) => Object.assign(part, { path: [...issue.path, ...part.path] })) ?? [issue]
  )
}

function problemText(
  issue: Issue,
  raw: unknown,
  kind: 'stream' | 'target',
  origin: (path: string) => string | undefined,
): string {
  const path = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = knownOptions(path, kind)
    return issue.keys
      .map((key) => {
        const name = path === '' ? key : `${path}.${key}`
        if (name === 'onDrop') {
          return 'onDrop is an option of createMillraceStream only: a function can not cross into a worker'
        }
        const near = nearest(key, known)
        const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
        return `${name} is not an option; ${hint}`
      })
      .join('; ')
  }
  const variable = origin(path)
  const found = secretPath.test(path)
    ? typeName(valueAt(raw, issue.path))
    : describe(valueAt(raw, issue.path))
  const from = variable === undefined ? '' : ` (from ${variable})`
  return `${path} ${issue.message}, got ${found}${from}`
}

/** A member that is missing beside members from the environment is also looked for there. */
function missingVariable(
  path: string,
  first: string,
  origins: ReadonlyMap<string, string>,
): string | undefined {
  const siblings = [...origins.keys()].some((known) => known.startsWith(`${first}.`))
  return siblings ? variableFor(path) : undefined
}

function knownOptions(path: string, kind: 'stream' | 'target'): string[] {
  if (path === '') return Object.keys((kind === 'target' ? targetSchema : streamSchema).shape)
  if (path === 'service') return ['name', 'version', 'environment', 'node']
  if (path === 'spool') return ['directory', 'maxBytes']
  if (path === 'redact') return ['keys', 'patterns']
  if (path === 'sasl') return ['mechanism', 'username', 'password']
  return ['ca', 'cert', 'key', 'passphrase', 'servername', 'rejectUnauthorized']
}

function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part]
  return value
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint' || typeof value === 'symbol') return `a ${typeof value}`
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
