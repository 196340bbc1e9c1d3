// Dead letters, as a person reads them: the groups with what to do next, and one letter with all that it holds.
import { isUtf8 } from 'node:buffer'
import { type LetterGroup, openOf, reasonOf, type WholeLetter } from '@millrace/dead-letters'
import type { DeadLetterAttempt } from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'
import type { Output } from './output.ts'
import { numberText, counted } from './number-text.ts'
import { safeLines, shortened, singleLine } from './terminal-text.ts'

type Style = Output['style']

const reasonCharactersMax = 300
const lineCharactersMax = 20_000
const margin = ' '.repeat(12)

/** One block for each group, then what can be done. */
export function groupsText(
  groups: readonly LetterGroup[],
  { deadLetterTopic, style }: { deadLetterTopic: string; style: Style },
): string {
  const letters = groups.reduce((sum, group) => sum + group.letters, 0)
  if (letters === 0) return `No dead letters in ${deadLetterTopic}.\n`
  const open = groups.reduce((sum, group) => sum + openOf(group), 0)
  const isKnown = groups.every(({ indexed }) => indexed !== undefined)
  const head = `${counted(letters, 'dead letter')} in ${deadLetterTopic}, ${counted(groups.length, 'cause')}`
  const state = isKnown ? `; ${open === 0 ? 'all' : letters - open} of them indexed since` : ''
  const next =
    open === 0
      ? []
      : [
          'Look at one:          millrace dead-letters show ID',
          'Once the cause is gone: millrace dead-letters replay --group "GROUP"   (or --all, --id ID)',
        ]
  return [`${head}${state}.`, '', ...groups.flatMap((group) => groupLines(group, style)), ...next]
    .map((line) => `${line}\n`)
    .join('')
}

function groupLines(group: LetterGroup, style: Style): string[] {
  const isDone = openOf(group) === 0
  const number = numberText(group.letters).padStart(10)
  const indexed =
    group.indexed === undefined || group.indexed === 0
      ? ''
      : `, ${isDone ? 'all' : numberText(group.indexed)} indexed since`
  const more = group.servicesLeftOut > 0 ? ` and ${group.servicesLeftOut} more` : ''
  const services = group.services.map(singleLine).join(', ')
  const times =
    group.firstAt === group.lastAt
      ? timeText(group.lastAt)
      : `${timeText(group.firstAt)} to ${timeText(group.lastAt)}`
  const attempts = group.attemptsMax > 1 ? `, up to ${group.attemptsMax} attempts` : ''
  return [
    `${style(isDone ? 'green' : 'yellow', number)}  ${style('bold', singleLine(group.group))}`,
    `${margin}${times}${attempts}${indexed}`,
    ...(services === '' ? [] : [`${margin}services: ${services}${more}`]),
    `${margin}${style('gray', shortened(singleLine(group.exampleReason), reasonCharactersMax))}`,
    `${margin}e.g. ${singleLine(group.exampleId)}`,
    '',
  ]
}

export interface ShownLetter extends WholeLetter {
  /** Undefined where Elasticsearch could not be asked. */
  isIndexed: boolean | undefined
}

export function letterText(letter: ShownLetter, style: Style): string {
  const { record, facts } = letter
  const rows: [string, string][] = [
    ['id', facts.eventId],
    ['why', `${facts.code}: ${reasonOf(facts)}`],
    ['group', facts.group],
    ['when', `${timeText(facts.deadLetteredAt)}, attempt ${facts.attempts}`],
    [
      'indexed',
      letter.isIndexed === undefined ? 'not known' : letter.isIndexed ? 'yes, since' : 'no',
    ],
    [
      'read from',
      `topic ${facts.topic}, partition ${facts.partition}, offset ${facts.offset}, record of ${timeText(facts.timestamp)}`,
    ],
    ...facts.history.map((attempt, index): [string, string] => [
      index === 0 ? 'before' : '',
      attemptText(attempt),
    ]),
    ...headerRows(record),
  ]
  const named = rows.map(
    ([name, text]) => `${style('gray', name.padEnd(10))} ${singleLine(shortened(text, 2_000))}`,
  )
  return [...named, ...valueLines(record.value, style), ...outcomeLines(letter, style), '']
    .map((line) => `${line}\n`)
    .join('')
}

function attemptText(attempt: DeadLetterAttempt): string {
  return `${timeText(attempt.deadLetteredAt)} ${attempt.code}: ${reasonOf(attempt)}`
}

function headerRows({ headers }: KafkaRecord): [string, string][] {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith('millrace-dead-letter'))
    .map(([name, bytes], index) => [
      index === 0 ? 'headers' : '',
      `${name}: ${bytes === undefined ? '' : bytesText(bytes)}`,
    ])
}

function bytesText(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes).toString()
    : `base64 ${Buffer.from(bytes).toString('base64')}`
}

function valueLines(value: Uint8Array | null, style: Style): string[] {
  const name = style('gray', 'line'.padEnd(10))
  if (value === null) return [`${name} none: the record has no value`]
  const text = bytesText(value)
  const cut = text.length > lineCharactersMax ? ', cut here; --json has all of it' : ''
  const kind = isUtf8(value) ? '' : ', not UTF-8'
  const lines = safeLines(shortened(text, lineCharactersMax))
  const size = `${numberText(value.byteLength)} bytes${kind}${cut}`
  return [`${name} ${size}`, ...lines.map((line) => `  ${line}`)]
}

function outcomeLines({ documents, rejections }: ShownLetter, style: Style): string[] {
  if (rejections.length > 0) {
    return rejections.map(
      ({ code, reason }) =>
        `${style('gray', 'now')}        a dead letter still: ${code}: ${singleLine(reason)}`,
    )
  }
  const name = style('gray', 'document'.padEnd(10))
  return documents.flatMap((document) => [
    `${name} what the line becomes`,
    ...safeLines(shortened(JSON.stringify(document, null, 2), lineCharactersMax)).map(
      (line) => `  ${line}`,
    ),
  ])
}

/** The same for a program; bytes that are no text as base64. */
export function letterJson({
  record,
  facts,
  documents,
  rejections,
  isIndexed,
}: ShownLetter): object {
  const headers = Object.entries(record.headers)
    .filter(([name]) => !name.startsWith('millrace-dead-letter'))
    .map(([name, bytes]) => {
      const isText = bytes === undefined || isUtf8(bytes)
      const text =
        bytes === undefined ? '' : Buffer.from(bytes).toString(isText ? 'utf8' : 'base64')
      return [name, isText ? text : { base64: text }]
    })
  const { value } = record
  const valueMember =
    value === null || isUtf8(value)
      ? { value: value === null ? null : Buffer.from(value).toString() }
      : { valueBase64: Buffer.from(value).toString('base64') }
  return {
    ...facts,
    indexed: isIndexed ?? null,
    headers: Object.fromEntries(headers) as object,
    ...valueMember,
    documents,
    deadLetters: rejections.map(({ code, reason }) => ({ code, reason })),
  }
}

/** In UTC, to the second. */
function timeText(epochMs: number): string {
  if (!(epochMs > 0 && epochMs <= 253_402_300_799_999)) return 'no time'
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
