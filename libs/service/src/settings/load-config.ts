// Configuration, loaded once at start: the environment becomes one frozen object, or one error that lists every problem.
import { readFileSync, statSync } from 'node:fs'
import { ConfigError, type ErrorCode, errorText } from '@millrace/foundation'
import { type SettingGroup } from './setting-group.ts'
import { sharedVariableNames, variableFamilies, variableNames } from './known-variables.ts'
import { nearestNames } from './nearest-names.ts'
import { type SettingMeta, settingMeta } from './config-setting.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type Groups = Readonly<Record<string, SettingGroup>>
export type Config<Table extends Groups> = {
  readonly [Name in keyof Table]: Table[Name] extends SettingGroup<infer Settings>
    ? Readonly<Settings>
    : never
}

/** A variable as it is in force, for `--print-config`. */
export interface EffectiveVariable {
  name: string
  /** `[hidden]` for a secret that is set; empty when not set and without default. */
  value: string
  source: 'default' | 'environment' | 'file'
}

interface Problem {
  code: ErrorCode
  variable: string
  /** Follows the variable's name. */
  sentence: string
}

interface Found {
  text: string | undefined
  source: EffectiveVariable['source']
}

type ReadFile = (path: string) => string

/** Larger than any certificate chain, smaller than a log file named by mistake. */
const fileBytesMax = 1_000_000

/**
 * Reads the variables of all groups. An empty variable counts as not set. A variable that begins with
 * MILLRACE_ and that no process of the product knows is an error, since it is most likely misspelled.
 * @throws ConfigError with one line per problem, all of them at once. Values of secrets are never in it.
 */
export function loadConfig<Table extends Groups>(
  groups: Table,
  environment: Environment,
  options: { readFile?: ReadFile } = {},
): Config<Table> {
  const problems: Problem[] = []
  const config: Record<string, unknown> = {}
  for (const [name, group] of Object.entries(groups)) {
    const values = readGroup(group, environment, { problems, ...options })
    if (values === undefined) continue
    config[name] = group.shape(values as never, (variable, sentence) => {
      problems.push({ code: 'MILLRACE_CONFIG_VALUE', variable, sentence })
    })
  }
  problems.push(...unknownVariables(groups, environment))
  if (problems.length > 0) throw configError(problems)
  return deepFreeze(config) as Config<Table>
}

/** Every variable of the groups as it is in force, secrets hidden. For an environment that `loadConfig` accepts. */
export function effectiveVariables(groups: Groups, environment: Environment): EffectiveVariable[] {
  return Object.values(groups).flatMap((group) =>
    Object.entries(group.variables).map(([name, schema]) => {
      const meta = settingMeta(schema)
      const own = textOf(environment, name)
      const file = meta.fromFile ? textOf(environment, `${name}_FILE`) : undefined
      if (file !== undefined) return { name: `${name}_FILE`, value: file, source: 'file' }
      const value = own ?? textOfDefault(schema.safeParse(undefined).data)
      const hidden = meta.secret && own !== undefined
      const source = own === undefined ? 'default' : 'environment'
      return { name, value: hidden ? '[hidden]' : value, source }
    }),
  )
}

/** A default as a person would write it. */
export function textOfDefault(value: unknown): string {
  if (value === undefined) return ''
  return Array.isArray(value) ? value.join(',') : `${value as string | number | boolean}`
}

function readGroup(
  group: SettingGroup,
  environment: Environment,
  context: { problems: Problem[]; readFile?: ReadFile },
): Record<string, unknown> | undefined {
  const before = context.problems.length
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(group.variables)) {
    const meta = settingMeta(schema)
    const found = findText(name, meta, environment, context)
    if (found === undefined) continue
    const parsed = schema.safeParse(found.text)
    if (parsed.success) values[name] = parsed.data
    else {
      const shown = meta.secret || meta.fromFile ? 'set to something else' : shownValue(found.text)
      const variable = found.source === 'file' ? `${name}_FILE` : name
      const is = found.source === 'file' ? 'names a file with something else' : `is ${shown}`
      const sentence = `${is}; it must be ${meta.accepts}.`
      context.problems.push({ code: 'MILLRACE_CONFIG_VALUE', variable, sentence })
    }
  }
  return context.problems.length === before ? values : undefined
}

function findText(
  name: string,
  meta: SettingMeta,
  environment: Environment,
  context: { problems: Problem[]; readFile?: ReadFile },
): Found | undefined {
  const own = textOf(environment, name)
  const path = meta.fromFile ? textOf(environment, `${name}_FILE`) : undefined
  if (path === undefined) {
    return { text: own, source: own === undefined ? 'default' : 'environment' }
  }
  const fail = (sentence: string): undefined => {
    const variable = `${name}_FILE`
    context.problems.push({ code: 'MILLRACE_CONFIG_SECRET_FILE', variable, sentence })
  }
  if (own !== undefined) return fail(`is set beside ${name}; set one of the two.`)
  try {
    const text = (context.readFile ?? readSmallFile)(path).replace(/\r?\n$/, '')
    return text === ''
      ? fail(`is "${path}", an empty file; it must hold the value.`)
      : { text, source: 'file' }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? errorText(error)
    return fail(`is "${path}", which can't be read (${reason}); it must be a readable file.`)
  }
}

function unknownVariables(groups: Groups, environment: Environment): Problem[] {
  const own = new Set(Object.values(groups).flatMap(variableNames))
  const passedOver = variableFamilies.filter(
    (family) => ![...own].some((name) => name.startsWith(family)),
  )
  const known = new Set([...own, ...sharedVariableNames])
  return Object.keys(environment)
    .filter((name) => name.startsWith('MILLRACE_') && !known.has(name))
    .filter((name) => !passedOver.some((family) => name.startsWith(family)))
    .map((variable) => {
      const near = nearestNames(variable, known)
      const hint =
        near.length === 0
          ? 'docs/configuration.md lists all settings.'
          : `Near names: ${near.join(', ')}.`
      const sentence = `is not a setting of Millrace. ${hint}`
      return { code: 'MILLRACE_CONFIG_UNKNOWN', variable, sentence }
    })
}

function configError(problems: readonly Problem[]): ConfigError {
  const lines = problems.map(({ variable, sentence }) => `  ${variable} ${sentence}`)
  const head =
    problems.length === 1 ? 'One setting is wrong:' : `${problems.length} settings are wrong:`
  const codes = new Set(problems.map(({ code }) => code))
  const code = codes.size === 1 ? problems[0]!.code : 'MILLRACE_CONFIG_VALUE'
  return new ConfigError(code, [head, ...lines].join('\n'), {
    context: { problems: problems.length },
  })
}

/** At most 80 characters, and nothing that stands where credentials stand in an address. */
function shownValue(value: string | undefined): string {
  if (value === undefined) return 'not set'
  const safe = value.replaceAll(/[^,]*@/g, '[redacted]@')
  const short = safe.length > 80 ? `${safe.slice(0, 80)}…` : safe
  return JSON.stringify(short)
}

function textOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  return value === '' ? undefined : value
}

function readSmallFile(path: string): string {
  const { size } = statSync(path)
  if (size > fileBytesMax) throw new Error(`${size} bytes, more than ${fileBytesMax}`)
  return readFileSync(path, 'utf8')
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
