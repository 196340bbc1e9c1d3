// Every line of every fixture, read without a header: which format it is of, and which one recognizes it.
import { detectFormat, readLine } from '@millrace/formats'
import {
  caseFiles,
  caseName as nameOf,
  fixtureFormats,
  fixtures,
  readCase,
} from './format-fixtures.ts'

export interface Sniffed {
  /** The format whose fixture the line is. */
  format: string
  caseName: string
  detected: string
  text: string
}

export function sniffAll(): Sniffed[] {
  return fixtureFormats().flatMap((format) =>
    caseFiles(format).flatMap((file) =>
      readCase(new URL(`${format}/`, fixtures), file).records.map(({ value }) => {
        const text = Buffer.from(value!).toString()
        const detected = detectFormat(readLine(text)).format.name
        return { format, caseName: nameOf(file), detected, text }
      }),
    ),
  )
}

export interface Confusion {
  /** `*`: any. */
  format: string
  caseName: string
  detected: string
  reason: string
}

/** What is rightly not recognized as the format in whose folder it is. */
export const allowedConfusions: readonly Confusion[] = [
  {
    format: '*',
    caseName: 'malformed',
    detected: 'text',
    reason: 'what is broken beyond reading is plain text, kept whole',
  },
  {
    format: '*',
    caseName: 'malformed',
    detected: 'json',
    reason: 'JSON that lacks what tells its format; the shared names are read all the same',
  },
  {
    format: 'bunyan',
    caseName: 'malformed',
    detected: 'pino',
    reason: 'without `v` nothing tells it from pino, which has the same numbers for levels',
  },
  {
    format: 'json',
    caseName: 'foreign',
    detected: 'text',
    reason: 'a text under a header that names json',
  },
  ...['winston', 'slog', 'zap', 'structlog'].map((detected) => ({
    format: 'json',
    caseName: 'typical',
    detected,
    reason: 'JSON with common names, which are those of a known logger; all of them are read alike',
  })),
  {
    format: 'json',
    caseName: 'malformed',
    detected: 'winston',
    reason: 'JSON with common names, which are those of a known logger; all of them are read alike',
  },
  ...[
    ['lambda', 'winston'],
    ['logback', 'winston'],
    ['logrus', 'pino'],
    ['zerolog', 'pino'],
    ['slog', 'logrus'],
  ].map(([format = '', detected = '']) => ({
    format,
    caseName: 'malformed',
    detected,
    reason:
      'without what tells its format, its other keys are those of another logger; all of them are read alike',
  })),
  ...[
    ['nginx-json', 'limits', 'winston'],
    ['python-json-logger', 'limits', 'zerolog'],
    ['slog', 'limits', 'logrus'],
  ].map(([format = '', caseName = '', detected = '']) => ({
    format,
    caseName,
    detected,
    reason: "keys of the application's own that mean something to another logger",
  })),
  ...[
    ['logrus', 'typical', 'winston'],
    ['structlog', 'typical', 'winston'],
    ['python-json-logger', 'typical', 'json'],
    ['zerolog', 'typical', 'json'],
    ['structlog', 'limits', 'json'],
  ].map(([format = '', caseName = '', detected = '']) => ({
    format,
    caseName,
    detected,
    reason:
      'the logger was told to rename or leave out the keys that tell it; the shared names are read all the same',
  })),
  {
    format: 'log4js-text',
    caseName: 'limits',
    detected: 'text',
    reason: 'OFF is no level of a line',
  },
  {
    format: 'pino',
    caseName: 'limits',
    detected: 'logrus',
    reason: 'a child binding repeats `level` with a text, and the last one counts',
  },
  {
    format: 'pino',
    caseName: 'shipped',
    detected: 'text',
    reason: 'a text under a header that names pino',
  },
  {
    format: 'pino',
    caseName: 'shipped',
    detected: 'ecs',
    reason: 'pino with @elastic/ecs-pino-format under a header that names pino',
  },
  {
    format: 'pino-pretty',
    caseName: 'limits',
    detected: 'text',
    reason: 'a process id or name longer than any real one',
  },
  {
    format: 'klog',
    caseName: 'limits',
    detected: 'text',
    reason: 'a blank in the name of a source file',
  },
  {
    format: 'logfmt',
    caseName: 'limits',
    detected: 'text',
    reason: 'single quotes are of Python, not of logfmt',
  },
  {
    format: 'python-logging',
    caseName: 'limits',
    detected: 'text',
    reason: "uvicorn's lines have a level and no logger's name",
  },
  {
    format: 'syslog-rfc3164',
    caseName: 'files',
    detected: 'text',
    reason:
      'a line of /var/log without a tag and colon could be prose; its time and level are read',
  },
  {
    format: 'syslog-rfc5424',
    caseName: 'malformed',
    detected: 'syslog-rfc3164',
    reason: 'a priority without a whole header: RFC 3164 4.3.3 takes anything after it',
  },
  {
    format: 'text',
    caseName: 'limits',
    detected: 'syslog-rfc3164',
    reason: 'a priority alone: RFC 3164 4.3.3 takes anything after it',
  },
  {
    format: 'text',
    caseName: 'typical',
    detected: 'python-logging',
    reason: "text in the shape of Python's logging is read as such",
  },
  {
    format: 'text',
    caseName: 'typical',
    detected: 'syslog-rfc3164',
    reason: 'text in the shape of a line of /var/log is read as such',
  },
]

export function allows(
  confusion: Confusion,
  { format, caseName: name, detected }: Sniffed,
): boolean {
  return (
    confusion.detected === detected &&
    (confusion.format === format || confusion.format === '*') &&
    confusion.caseName === name
  )
}
