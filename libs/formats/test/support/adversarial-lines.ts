// Lines that try to break the normalizers: every key that means something, with every value that does not fit it.
import { ecsFields, ecsObjectPaths } from '@millrace/ecs'
import * as fc from 'fast-check'

const sharedKeys =
  'level time msg pid hostname name v err error req res reqId responseTime type stack code message timestamp ts severity levelname lvl @timestamp @t @m @x event text service host user url http log file tls trace span labels tags attributes millrace millrace.format _id _source exception exc_info thread process process_id version env app caller src source lineno filename func traceparent trace_id span_id dd.trace_id data_stream data_stream.dataset ecs.version labels.a labels.a.b error.stack_trace error.message event.original constructor __proto__ prototype toString hasOwnProperty'.split(
    ' ',
  )
const oddKeys = [
  '',
  ' ',
  '.',
  '..',
  'a.',
  '.a',
  'a..b',
  'nul\0key',
  '\ud800',
  'k'.repeat(513),
  'é'.repeat(300),
  `${'p.'.repeat(200)}q`,
]

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...sharedKeys) },
  { weight: 4, arbitrary: fc.constantFrom(...ecsFields.keys()) },
  { weight: 2, arbitrary: fc.constantFrom(...ecsObjectPaths) },
  { weight: 1, arbitrary: fc.constantFrom(...oddKeys) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)

const oddTexts = [
  '',
  ' ',
  '-',
  'info',
  'ERROR ',
  'loud',
  'true',
  '0',
  '-1',
  '9223372036854775808',
  '1.5',
  '1e400',
  'NaN',
  '2026-01-02T03:04:05.678Z',
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '0000-01-01T00:00:00Z',
  '+292278994-08-17T07:12:55Z',
  '2026-01-02 03:04:05',
  '127.0.0.1',
  '::1',
  'fe80::1%eth0',
  '1.2.3.4:80',
  '999.1.1.1',
  '52.5,13.4',
  '91,181',
  '\ud800 lone \udfff',
  'nul \0 in text',
  '\u001b[31mred\u001b[39m',
  'http://[',
  '/%zz?a#b',
  'TypeError: x\n    at f (a.js:1:1)',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'x'.repeat(1025),
  'ü'.repeat(4097),
  '語'.repeat(20_000),
]

/** JSON text of scalars, so that numbers no JavaScript value can hold occur too. */
const scalarText = fc.oneof(
  fc.constantFrom(...oddTexts).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('null', 'true', 'false', '0', '-0', '30', '1e400', '-1e400', '1e-400', '0.1'),
  fc.constantFrom('9007199254740993', '-9223372036854775809', '1'.repeat(400), '1767323045123'),
  fc.constantFrom('1767323045', '1767323045123456789', '1e21', '3.5e38', '99999999999999999999.5'),
  fc.double().map((value) => JSON.stringify(value)),
  fc.integer().map(String),
)

const { object: objectText } = fc.letrec<{ value: string; object: string; array: string }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalarText,
      tie('object'),
      tie('array'),
    ),
    object: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 7 })
      .map(
        (members) =>
          `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`,
      ),
    array: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  }),
)

function nested(open: string, close: string, depth: number): string {
  return `{"level":30,"time":1767323045123,"msg":"deep","deep":${open.repeat(depth)}1${close.repeat(depth)}}`
}

const deepText = fc
  .tuple(
    fc.constantFrom(['{"a":', '}'], ['[', ']'], ['{"a":[', ']}']),
    fc.integer({ min: 1, max: 2000 }),
  )
  .map(([[open, close], depth]) => nested(open, close, depth))

const signatures = fc.constantFrom(
  '',
  '"level":30,"time":1767323045123,"pid":1,"hostname":"h","msg":"m",',
  '"level":"info","message":"m",',
  '"ecs.version":"8.10.0","@timestamp":"2026-01-02T03:04:05.123Z",',
  '"name":"n","hostname":"h","pid":1,"level":30,"time":"2026-01-02T03:04:05.123Z","v":0,',
)

/** A JSON line of some logger, with more members, any of them repeated. */
export const jsonLine: fc.Arbitrary<string> = fc
  .tuple(signatures, objectText)
  .map(([signature, text]) => `{${signature}${text.slice(1)}`.replace(/,\}$/, '}'))

const timePrefixes = ['2026-01-02T03:04:05Z', '[2026-01-02 03:04:05,123]', 'Jan  2 03:04:05', '']
const textLine = fc
  .tuple(
    fc.constantFrom(...timePrefixes),
    fc.constantFrom(' ERROR ', ' [warn] ', ' info: ', ' '),
    fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary' })),
  )
  .map((parts) => parts.join(''))

/** The bytes of a record, of any kind. */
export const adversarialBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: jsonLine.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: deepText.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: textLine.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 2,
    // Cut anywhere, also inside a character.
    arbitrary: fc
      .tuple(jsonLine, fc.nat())
      .map(([text, cut]) => Buffer.from(text).subarray(0, cut % (text.length + 1))),
  },
)

const headerText = fc.oneof(
  fc.constantFrom('pino', 'text', 'json', 'klingon', 'shop.orders', 'UPPER case', '-', '.', '../x'),
  fc.string({ unit: 'binary', minLength: 1 }),
)

/** Headers of a record: none, plain ones, Millrace's, or garbage. */
export const adversarialHeaders: fc.Arbitrary<Record<string, Uint8Array>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc
    .dictionary(fc.constantFrom('format', 'service', 'traceparent'), headerText, { maxKeys: 3 })
    .map(toBytes),
  fc
    .dictionary(
      fc.constantFrom('format', 'service.name', 'service.version', 'host.name', 'agent.type'),
      headerText,
    )
    .map((facts) => ({ millrace: Buffer.from(JSON.stringify({ v: 1, ...facts })) })),
)

/** Headers that name datasets and namespaces, which become names of data streams. */
export const streamHeaders: fc.Arbitrary<Record<string, Uint8Array>> = fc
  .dictionary(fc.constantFrom('dataset', 'namespace'), headerText)
  .map(toBytes)

function toBytes(headers: Record<string, string>): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
  )
}
