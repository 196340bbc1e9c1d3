// Pairs of JSON lines that have all their keys in common and none of their values: what plans are made for.
import { ecsFields, ecsObjectPaths } from '@millrace/ecs'
import * as fc from 'fast-check'

/** JSON texts of what may decide where a value goes: words that formats look for, times, ids, addresses, stacks, odd characters. */
export const decidingTexts: readonly string[] = [
  [' ', '-', 'a', 'orders', 'shop', 'Shop', 'info', 'ERROR', 'loud', 'INFO+2', 'true', 'null', ''],
  ['stdout', 'stderr', 'DATA_MESSAGE', 'CONTROL_MESSAGE', '1.0', '1.1', 'platform.start', 'Error'],
  ['0', '-1', '+5', '007', '123', '12.5', '1e3', '9223372036854775808', '2026-01-02', 'a.js:12'],
  ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678901+02:00', '2026-01-02T03:04:05'],
  ['2026-02-30T00:00:00Z', '2031-01-02T03:04:05Z', '2026-01-02 03:04:05', '1767323045123'],
  ['4bf92f3577b34da6a3ce929d0e0e4736', '4BF92F3577B34DA6A3CE929D0E0E4736', '0'.repeat(32)],
  ['00f067aa0ba902b7', '0'.repeat(16), '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['127.0.0.1', '::1', 'fe80::1%eth0', '999.1.1.1', 'a.example:80', 'a.example:x', '[::1]:1'],
  ['/', '/a', '/a?', '/a?b', '/a?b#c', '/a#c?b', '/?', '/#', '//x', '/a"b', '/a\\b', '/ü', '*'],
  ['http://a.example/b?c', 'http://[', 'a?b#c', 'TypeError: x\n    at f (a.js:1:1)', 'Error: y'],
  ['a "quoted" \\ text', 'line\nline\ttab', '\u0001', '\u001b[31mred\u001b[39m', 'nul \0'],
  ['\u2028', '\ud800 lone', 'é', '語', '\ue000', '\ue0000\ue001', 'x'.repeat(70), 'x'.repeat(1030)],
]
  .flat()
  .map((text) => JSON.stringify(text))

const ordinaryTexts = ['"orders"', '"a"', '"b c"']
/** Escapes that JSON.stringify does not write. */
const escapedTexts = [
  String.raw`"\/a"`,
  String.raw`"\u0041"`,
  String.raw`"\u00e9"`,
  String.raw`"\u000a"`,
]
const numbers =
  '0 -0 1 -1 30 50 35 200 404 12.5 12.50 0.05 0.000001 0.0000001 -0.5 1.0 1e3 1E3 1e21 1e400 65536 4242 1767323045123 1767323045 1767323045.123 1767323045123456 1799999999999 123456789012345 1234567890123456 9007199254740993 99999999999999999999 0.1234567890123456 1234567890.12345'.split(
    ' ',
  )
const words = ['true', 'false', 'null']
const sharedKeys =
  'level time msg pid hostname name v err error req res reqId responseTime type stack code message timestamp ts severity levelname lvl @timestamp @t @m event text service host user http log tls trace span labels tags attributes millrace exception thread process version env app caller source file lineno filename trace_id span_id traceparent data_stream ecs ecs.version labels.a labels.b error.stack_trace error.message error.type event.original messageType stream logEvents short_message @version record requestId status remote_addr MESSAGE sequenceNumber loggerName threadName startTime categoryName __proto__ toString orderId total k1 k2 1 0'.split(
    ' ',
  )
const innerKeys =
  'type message stack stack_trace name code id cause method url host headers remoteAddress remotePort statusCode user-agent cookie Authorization content-length referer x-request-id version level sequence origin file line a b original ip lat lon dataset action epochSecond 1'.split(
    ' ',
  )
// Those that mean something more often than those that are one of hundreds.
const rootKeys = [...sharedKeys, ...sharedKeys, ...ecsFields.keys(), ...ecsObjectPaths]

/** Two lines in one: each place has two values. */
export type Skeleton =
  | { kind: 'scalar'; values: readonly [string, string] }
  | { kind: 'object'; members: readonly (readonly [string, Skeleton])[] }
  | { kind: 'array'; items: readonly Skeleton[] }

export function lineOf(skeleton: Skeleton, which: 0 | 1): string {
  switch (skeleton.kind) {
    case 'object': {
      const members = skeleton.members.map(
        ([key, value]) => `${JSON.stringify(key)}:${lineOf(value, which)}`,
      )
      return `{${members.join(',')}}`
    }
    case 'array':
      return `[${skeleton.items.map((item) => lineOf(item, which)).join(',')}]`
    default:
      return skeleton.values[which]
  }
}

function scalar(first: fc.Arbitrary<string>, second: fc.Arbitrary<string>): fc.Arbitrary<Skeleton> {
  return fc.tuple(first, second).map((values) => ({ kind: 'scalar', values }))
}

// The first values are tamer: a line that is not planned tells nothing.
const text = scalar(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...decidingTexts) },
    { weight: 3, arbitrary: fc.constantFrom(...ordinaryTexts) },
    { weight: 1, arbitrary: fc.constantFrom(...escapedTexts) },
  ),
  fc.constantFrom(...decidingTexts, ...escapedTexts),
)
const number = scalar(
  fc.oneof(fc.constantFrom(...numbers), fc.constantFrom('1', '7.25', '1767323045123')),
  fc.constantFrom(...numbers),
)

function fixed(json: string): Skeleton {
  return { kind: 'scalar', values: [json, json] }
}

const { value } = fc.letrec<{ value: Skeleton }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    number,
    fc.constantFrom(...words).map(fixed),
    fc
      .array(fc.tuple(fc.constantFrom(...innerKeys), tie('value')), { maxLength: 6 })
      .map((members): Skeleton => ({ kind: 'object', members })),
    fc.array(tie('value'), { maxLength: 3 }).map((items): Skeleton => ({ kind: 'array', items })),
  ),
}))

const beginnings: readonly Record<string, string>[] = [
  {},
  { level: '30', time: '1767323045123', pid: '42', hostname: '"web-1"' },
  { level: '50', time: '1767323045123', msg: '"failed"' },
  { 'log.level': '"info"', '@timestamp': '"2026-01-02T03:04:05.123Z"', 'ecs.version': '"8.10.0"' },
]

/** Both values are some of these. */
function oneOf(...jsons: readonly string[]): fc.Arbitrary<Skeleton> {
  return scalar(fc.constantFrom(...jsons), fc.constantFrom(...jsons))
}

type Member = readonly [string, Skeleton]

/** Some of the keys, in any order. */
function someOf(all: Record<string, fc.Arbitrary<Skeleton>>): fc.Arbitrary<Member[]> {
  return fc
    .shuffledSubarray(Object.keys(all), { minLength: Math.floor(Object.keys(all).length / 2) })
    .chain((keys) =>
      fc.tuple(...keys.map((key) => all[key]!.map((inside): Member => [key, inside]))),
    )
}

function objectOf(all: Record<string, fc.Arbitrary<Skeleton>>): fc.Arbitrary<Skeleton> {
  return someOf(all).map((members) => ({ kind: 'object', members }))
}

const stack = oneOf(
  '"TypeError: x\\n    at f (a.js:1:1)"',
  '"RangeError: y\\n    at g (b.js:2:2)"',
  '"no stack"',
)
const word = oneOf('"TypeError"', '"RangeError"', '"orders"', '"shop"', '"a"')
const error = objectOf({ type: word, message: word, stack, code: oneOf('1', '2') })
const time = oneOf('1767323045123', '1767323045124', '1767323045', '1799999999999')
const sequence = oneOf('34', '35', '36')
const service = oneOf('"shop"', '"orders"', '"a"')
const agent = oneOf('"a"', '"millrace"', '"123"', '"06dfk3a4c0000000"')
const id = oneOf(
  '"4bf92f3577b34da6a3ce929d0e0e4736"',
  '"00f067aa0ba902b7"',
  '"0000000000000000"',
  '"7"',
)
const url = oneOf('"/a"', '"/a?b"', '"/a?b#c"', '"/a#c?d"', '"/"', '"/?"', '"a?b"', '"http://x/y"')
const host = oneOf('"a.example"', '"a.example:80"', '"b.example"', '"b.example:x"')

/** Keys whose values decide something together, or beside the record's header. */
const ensembles: readonly fc.Arbitrary<Member[]>[] = [
  someOf({ err: error, name: word, 'error.type': word, msg: word }),
  someOf({ failure: error, error, name: word }),
  someOf({
    error: objectOf({ type: word, message: word, stack_trace: stack }),
    'error.message': word,
  }),
  someOf({ stack, type: word, name: word, code: word }),
  someOf({ time, timestamp: time, ts: time, '@timestamp': time }),
  someOf({ type: oneOf('"platform.start"', '"platform.end"', '"a"'), record: oneOf('{}', '1') }),
  someOf({
    messageType: oneOf('"DATA_MESSAGE"', '"CONTROL_MESSAGE"', '"a"'),
    logEvents: oneOf('[]'),
  }),
  someOf({ version: oneOf('"1.0"', '"1.1"', '"2"'), host: word, short_message: word }),
  someOf({ stream: oneOf('"stdout"', '"stderr"', '"a"'), log: word }),
  someOf({ 'service.name': service, 'service.version': word, version: word, app: service }),
  someOf({ service: objectOf({ name: service, version: word, node: objectOf({ name: word }) }) }),
  someOf({
    'agent.type': agent,
    agent: objectOf({ type: agent, version: agent, ephemeral_id: agent }),
  }),
  someOf({
    event: objectOf({ sequence, severity: sequence, dataset: word }),
    'event.sequence': sequence,
  }),
  someOf({
    level: oneOf('30', '50', '"info"', '"loud"'),
    severity: oneOf('"error"', '"debug"', '1'),
  }),
  someOf({
    log: objectOf({ level: oneOf('"info"', '"loud"') }),
    'log.level': oneOf('"warn"', '"x"'),
  }),
  someOf({
    trace_id: id,
    span_id: id,
    traceId: id,
    'trace.id': id,
    'span.id': id,
    'transaction.id': id,
  }),
  someOf({
    req: objectOf({
      method: word,
      url,
      host,
      remoteAddress: oneOf('"::1"', '"10.0.0.1"', '"-"', '"a"'),
    }),
    res: objectOf({
      statusCode: oneOf('200', '404'),
      headers: objectOf({ 'content-length': oneOf('"1"', '"02"', '"a"') }),
    }),
    responseTime: oneOf('1', '1.25', '-1', '1e9', '0.0001'),
  }),
  someOf({
    req: objectOf({
      headers: objectOf({ host, Cookie: word, authorization: word, referer: word }),
    }),
  }),
  someOf({
    client: objectOf({
      geo: objectOf({ location: objectOf({ lat: oneOf('1', '91'), lon: oneOf('2') }) }),
    }),
  }),
  someOf({
    event: word,
    message: word,
    text: word,
    caller: oneOf('"a.js:1"', '"a"'),
    thread: oneOf('"7"', '"a"'),
  }),
]

/** Of pino, of ECS, or of whatever their keys make of them; a key may occur twice. */
export const lineSkeleton: fc.Arbitrary<Skeleton> = fc
  .tuple(
    fc.constantFrom(...beginnings),
    fc.oneof(...ensembles, fc.constant([])),
    // Most keys alone keep a line from being planned.
    fc.oneof(
      fc.constant([]),
      fc.array(fc.tuple(fc.constantFrom(...rootKeys), value), { maxLength: 4 }),
    ),
  )
  .map(([beginning, ensemble, rest]) => {
    const said = new Set(ensemble.map(([key]) => key))
    const first = Object.entries(beginning)
      .filter(([key]) => !said.has(key))
      .map(([key, json]) => [key, fixed(json)] as const)
    return { kind: 'object', members: [...first, ...ensemble, ...rest] }
  })
