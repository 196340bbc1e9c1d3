// What the transport is told: settings that the environment gives where the options are silent.
import { defaultDataset, defaultNamespace, defaultTopic } from '@millrace/envelope'
import { ConfigError } from '@millrace/foundation'
import { nearest } from './nearest-name.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Raw values by option path, and the variable that each came from. */
export interface EnvironmentSettings {
  values: Record<string, unknown>
  /** Option path, for example `sasl.password`, to variable name. */
  origins: ReadonlyMap<string, string>
}

const plainVariables: Readonly<Record<string, string>> = {
  topic: 'MILLRACE_KAFKA_TOPIC',
  dataset: 'MILLRACE_DATASET',
  namespace: 'MILLRACE_NAMESPACE',
  'service.name': 'MILLRACE_SERVICE_NAME',
  'service.version': 'MILLRACE_SERVICE_VERSION',
  'service.environment': 'MILLRACE_SERVICE_ENVIRONMENT',
  'service.node': 'MILLRACE_SERVICE_NODE',
  'sasl.mechanism': 'MILLRACE_KAFKA_SASL_MECHANISM',
  'sasl.username': 'MILLRACE_KAFKA_SASL_USERNAME',
  'sasl.password': 'MILLRACE_KAFKA_SASL_PASSWORD',
  'tls.ca': 'MILLRACE_KAFKA_TLS_CA',
  'tls.cert': 'MILLRACE_KAFKA_TLS_CERT',
  'tls.key': 'MILLRACE_KAFKA_TLS_KEY',
  'tls.passphrase': 'MILLRACE_KAFKA_TLS_PASSPHRASE',
  'spool.directory': 'MILLRACE_SPOOL_DIRECTORY',
  'spool.maxBytes': 'MILLRACE_SPOOL_MAX_BYTES',
  durability: 'MILLRACE_DURABILITY',
}

const listVariables: Readonly<Record<string, string>> = {
  'redact.keys': 'MILLRACE_REDACT_KEYS',
  'redact.patterns': 'MILLRACE_REDACT_PATTERNS',
}

/** Whole numbers; any other text is left as it is, for the schema to name. */
const numeric: ReadonlySet<string> = new Set(['spool.maxBytes'])

/** These can also be given as the path of a file, in the variable of the same name with `_FILE`. */
const fromFile = /^(sasl\.password|tls\.(ca|cert|key|passphrase))$/

const defaults = {
  brokers: ['127.0.0.1:9092'],
  topic: defaultTopic,
  dataset: defaultDataset,
  namespace: defaultNamespace,
  tls: false,
}

/**
 * Reads the MILLRACE_ variables that concern the transport. An empty variable counts as absent; other
 * MILLRACE_ variables may belong to the application and are none of our business.
 * @throws ConfigError for a file that can't be read or is empty, and for one beside its value.
 */
export function readEnvironment(
  env: Environment,
  readFile: (path: string) => string,
): EnvironmentSettings {
  const values: Record<string, unknown> = { ...defaults }
  const origins = new Map<string, string>()
  const set = (path: string, value: unknown, variable: string): void => {
    assign(values, path, value)
    origins.set(path, variable)
  }

  const brokers = env['MILLRACE_KAFKA_BROKERS']
  if (isSet(brokers)) {
    set('brokers', splitList(brokers), 'MILLRACE_KAFKA_BROKERS')
  }
  const tls = env['MILLRACE_KAFKA_TLS']
  if (isSet(tls)) {
    set('tls', tls === 'true' ? true : tls === 'false' ? false : tls, 'MILLRACE_KAFKA_TLS')
  }
  const redact = env['MILLRACE_REDACT']
  if (isSet(redact) && redact !== 'true') {
    set('redact', redact === 'false' ? false : redact, 'MILLRACE_REDACT')
  }
  for (const [path, variable] of Object.entries(listVariables)) {
    const list = env[variable]
    if (isSet(list) && values['redact'] !== false) set(path, splitList(list), variable)
  }
  const spool = env['MILLRACE_SPOOL']
  if (isSet(spool)) set('spool', spool === 'false' ? false : spool, 'MILLRACE_SPOOL')
  for (const [path, variable] of Object.entries(plainVariables)) {
    if (path.startsWith('tls.') && tls === 'false') continue
    if (path.startsWith('spool.') && isSet(spool)) continue
    const value = env[variable]
    const file = fromFile.test(path) ? env[`${variable}_FILE`] : undefined
    if (isSet(value) && isSet(file)) throw besideFile(variable)
    if (isSet(value)) set(path, numeric.has(path) ? wholeNumber(value) : value, variable)
    else if (isSet(file)) set(path, readSecret(file, `${variable}_FILE`, readFile), variable)
  }
  return { values, origins }
}

/** The variable to name when `path` is at fault, if the environment could have given it. */
export function variableFor(path: string): string | undefined {
  if (path === 'brokers') return 'MILLRACE_KAFKA_BROKERS'
  if (path === 'tls') return 'MILLRACE_KAFKA_TLS'
  if (path === 'spool') return 'MILLRACE_SPOOL'
  if (path === 'redact') return 'MILLRACE_REDACT'
  return plainVariables[path] ?? listVariables[path]
}

/**
 * Sentences about variables that are nearly one of ours. Only told, never refused: what else begins with
 * MILLRACE_ may belong to the application.
 */
export function misspelledVariables(env: Environment): string[] {
  const known = [
    ...['brokers', 'tls', 'spool', 'redact'].map((path) => variableFor(path)!),
    ...Object.values(listVariables),
    ...Object.entries(plainVariables).flatMap(([path, variable]) =>
      fromFile.test(path) ? [variable, `${variable}_FILE`] : [variable],
    ),
  ]
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith('MILLRACE_') || known.includes(name)) return []
    const near = nearest(name, known)
    return near === undefined
      ? []
      : [`${name} is not a setting and has no effect; did you mean ${near}?`]
  })
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim())
}

function wholeNumber(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

/** One line end at the end of the file is left out, as by every program of Millrace. */
function readSecret(file: string, variable: string, readFile: (path: string) => string): string {
  let text: string
  try {
    text = readFile(file).replace(/\r?\n$/, '')
  } catch (error) {
    const code = (error as { code?: unknown }).code
    throw new ConfigError(
      'MILLRACE_CONFIG_SECRET_FILE',
      `${variable}: ${file} can't be read (${String(code)}); it must be the path of a readable file`,
      { cause: error },
    )
  }
  if (text !== '') return text
  throw new ConfigError(
    'MILLRACE_CONFIG_SECRET_FILE',
    `${variable}: ${file} is an empty file; it must hold the value`,
  )
}

function besideFile(variable: string): ConfigError {
  return new ConfigError(
    'MILLRACE_CONFIG_SECRET_FILE',
    `${variable}_FILE is set beside ${variable}; set one of the two`,
  )
}

/** Sets a dotted path of at most two parts; a boolean on the way (`tls: true`) gives way to the object. */
function assign(values: Record<string, unknown>, path: string, value: unknown): void {
  const [first, second] = path.split('.') as [string, string | undefined]
  if (second === undefined) {
    values[first] = value
    return
  }
  const members = values[first]
  values[first] =
    typeof members === 'object' && members !== null
      ? { ...members, [second]: value }
      : { [second]: value }
}
