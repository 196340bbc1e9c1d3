// Which values of a line may be others without making another document of it than the same one with those values.
import { type EcsField, ecsFields, ecsObjectPaths } from '@millrace/ecs'
import { readerOf, readers } from '../field-reader.ts'
import { isSharedKey } from '../key-placement.ts'
import { freedomInHttp } from './http-rules.ts'
import { kinds } from './kinds.ts'

/** Formats whose lines are planned: their rules are below. */
export type PlannedFormat = 'pino' | 'ecs'

/** What a rule says of values under a root key. */
export type Rule =
  /** Each value goes where its kind goes, whatever it is. */
  | 'open'
  /** The value decides: a plan holds for this one alone. */
  | 'literal'
  /** The value decides, and there are too many of them. */
  | 'refused'
  | 'integer'
  | 'time'
  | 'error'
  | 'trace'
  | 'span'
  | 'http'
  | 'duration'
  /** As the ECS field of that path reads it. */
  | 'ecs'

/** Fields that are compared with what the header or the record's key says. */
const literalPaths = new Set([
  'service.name',
  'agent.type',
  'agent.version',
  'agent.ephemeral_id',
  'event.sequence',
])

/**
 * Keys whose few values decide something: levels; the service, which the header may name too; and what formats that are
 * asked before these two look for in a value (`messageType`, `stream`, `version`, `type`).
 */
const literalKeys = [
  'level',
  'severity',
  'levelname',
  'lvl',
  'v',
  'service',
  'service_name',
  'app',
  'messageType',
  'stream',
  'version',
  'type',
]

const pinoRules = new Map<string, Rule>()
const ecsRules = new Map<string, Rule>()

function rule(rules: readonly Map<string, Rule>[], said: Rule, keys: readonly string[]): void {
  for (const known of rules) for (const key of keys) known.set(key, said)
}

const both = [pinoRules, ecsRules]
rule(both, 'literal', literalKeys)
rule(both, 'error', ['err', 'error'])
rule(both, 'time', ['@timestamp'])
rule(both, 'open', ['reqId', 'labels'])
rule(both, 'refused', ['traceparent', 'event.original'])
rule(both, 'http', ['req', 'res'])
rule(both, 'duration', ['responseTime'])
rule([pinoRules], 'time', ['time', 'timestamp', 'ts', '@t'])
rule([pinoRules], 'integer', ['pid', 'process_id'])
rule([pinoRules], 'open', ['msg', '@m', 'short_message', 'x-request-id', 'code'])
rule([pinoRules], 'open', ['logger', 'name', 'loggerName', 'logger_name', 'SourceContext'])
rule([pinoRules], 'open', ['hostname', 'source_host', 'env', 'environment'])
rule([pinoRules], 'trace', ['trace_id', 'traceId', '@tr', 'TraceId', 'otelTraceID'])
rule([pinoRules], 'span', ['span_id', 'spanId', '@sp', 'SpanId', 'otelSpanID'])

/** The rule of a root key. A key that the placement knows and these rules do not is refused: its value may decide. */
export function ruleOf(format: PlannedFormat, key: string): Rule {
  const said = (format === 'pino' ? pinoRules : ecsRules).get(key)
  if (said !== undefined) return said
  if (key.startsWith('labels.')) return 'open'
  if (ecsFields.has(key)) return 'ecs'
  // The logger's position has shapes of its own.
  if (ecsObjectPaths.has(key)) return key === 'source' || key === 'file' ? 'refused' : 'ecs'
  return format === 'pino' && isSharedKey(key) ? 'refused' : 'open'
}

export interface Leaf {
  /** The keys on the way, joined by points. */
  path: string
  isText: boolean
  isInArray: boolean
  isAtRoot: boolean
}

/** One of `kinds` for a value that may vary, `literal`, or `refused`. */
export type Freedom = number | 'literal' | 'refused'

/** Of a value under a root key with that rule. */
export function freedomOf(said: Rule, leaf: Leaf): Freedom {
  switch (said) {
    case 'literal':
      return 'literal'
    case 'open':
      return anyOf(leaf)
    case 'error':
      return leaf.isAtRoot ? 'refused' : anyOf(leaf)
    case 'integer':
      return leaf.isText || !leaf.isAtRoot || leaf.isInArray ? 'refused' : kinds.integer
    case 'time':
      if (!leaf.isAtRoot || leaf.isInArray) return 'refused'
      return leaf.isText ? kinds.isoTime : kinds.epochMs
    case 'trace':
    case 'span':
      if (!leaf.isText || !leaf.isAtRoot || leaf.isInArray) return 'refused'
      return said === 'trace' ? kinds.hex32 : kinds.hex16
    case 'http':
      return freedomInHttp(leaf)
    case 'duration':
      return leaf.isText || !leaf.isAtRoot || leaf.isInArray ? 'refused' : kinds.durationMs
    case 'ecs':
      return freedomInEcs(leaf)
    default:
      return 'refused'
  }
}

function anyOf({ isText }: Leaf): Freedom {
  return isText ? kinds.text : kinds.number
}

function freedomInEcs(leaf: Leaf): Freedom {
  const field = ecsFields.get(leaf.path)
  if (field === undefined) return freedomBesideEcs(leaf)
  if (literalPaths.has(field.path)) return 'literal'
  if (leaf.isInArray !== field.array) return 'refused'
  return freedomInField(field, leaf)
}

/** What ECS does not know is left over as it is; but a text in place of an object, or an object as a field's value, means something. */
function freedomBesideEcs(leaf: Leaf): Freedom {
  if (ecsObjectPaths.has(leaf.path)) return 'refused'
  for (
    let point = leaf.path.indexOf('.');
    point !== -1;
    point = leaf.path.indexOf('.', point + 1)
  ) {
    if (ecsFields.has(leaf.path.slice(0, point))) return 'refused'
  }
  return anyOf(leaf)
}

function freedomInField(field: EcsField, leaf: Leaf): Freedom {
  switch (readerOf[field.index]) {
    // Left over, whatever it is.
    case readers.none:
    case readers.keyword:
    case readers.text:
      return anyOf(leaf)
    case readers.stack:
      return leaf.isText ? kinds.text : 'refused'
    case readers.level:
      return 'literal'
    case readers.id:
      return leaf.isText ? kinds.hex32 : 'refused'
    case readers.byType:
      return freedomInType(field, leaf)
    default:
      return 'refused'
  }
}

function freedomInType({ type }: EcsField, { isText }: Leaf): Freedom {
  switch (type) {
    case 'keyword':
    case 'wildcard':
    case 'constant_keyword':
    case 'match_only_text':
      return isText ? kinds.text : kinds.number
    case 'long':
      return isText ? 'refused' : kinds.integer
    case 'float':
    case 'scaled_float':
      return isText ? 'refused' : kinds.number
    default:
      return 'refused'
  }
}
