// The dead letters as the page is told of them: groups by cause, letters of a group, one letter whole.
import {
  groupLetters,
  type Letter,
  openOf,
  readWholeLetters,
  type WholeLetter,
} from '@millrace/dead-letters'
import type { RecordNormalizer } from '@millrace/formats'
import type { DeadLettersAnswer, LetterAnswer, LetterRow, LettersAnswer } from '../api.mts'
import { Problem } from '../http/problem.mts'
import { headerTexts, lineOf } from '../record-bytes.mts'
import { cut } from '../rows.mts'
import { cutDocument, textCharactersMax } from '../search/cut-document.mts'
import type { LetterDesk, LetterStand } from './letter-desk.mts'
import { remedyFor } from './remedies.mts'

const groupsMax = 200
const reasonCharactersMax = 1_000
const sampleCharactersMax = 300
const historyMax = 10
const documentsMax = 10

export function groupsAnswer(stand: LetterStand, deadLetterTopic: string): DeadLettersAnswer {
  const groups = groupLetters(stand.letters, stand.indexed)
  return {
    deadLetterTopic,
    computedAt: stand.computedAt,
    letters: stand.letters.length,
    ...(stand.indexed !== undefined && {
      open: groups.reduce((sum, group) => sum + openOf(group), 0),
    }),
    groups: groups.slice(0, groupsMax).map((group) => {
      const remedy = remedyFor(group.code)
      return {
        ...group,
        exampleReason: cut(group.exampleReason, reasonCharactersMax),
        open: openOf(group),
        ...(remedy !== undefined && { remedy }),
      }
    }),
    groupsLeftOut: Math.max(0, groups.length - groupsMax),
    isCut: stand.isCut,
    foreign: stand.foreign,
    ...(stand.trouble !== undefined && { trouble: stand.trouble }),
  }
}

/** Newest first; `after` is how many were shown. */
export async function lettersAnswer(
  desk: LetterDesk,
  stand: LetterStand,
  { group, after, size }: { group: string | undefined; after: number; size: number },
): Promise<LettersAnswer> {
  const all = stand.letters
    .filter((letter) => group === undefined || letter.group === group)
    .toSorted((one, other) => other.at - one.at || (one.eventId < other.eventId ? -1 : 1))
  const page = all.slice(after, after + size)
  const samples = await readSamples(desk, stand, page)
  const rows = page.map((letter) => {
    const sample = samples.get(placeOf(letter))
    return { ...letterRow(letter, stand), ...(sample !== undefined && { sample }) }
  })
  const next = after + size
  return { letters: rows, ...(next < all.length && { next: String(next) }) }
}

/** @throws Problem `not-found` */
export async function letterAnswer(
  desk: LetterDesk,
  stand: LetterStand,
  { id, normalizer }: { id: string; normalizer: RecordNormalizer },
): Promise<LetterAnswer> {
  const letter = stand.letters.find(({ eventId, recordId }) => eventId === id || recordId === id)
  if (letter === undefined || stand.place === undefined) {
    throw new Problem('not-found', 'There is no dead letter with this id')
  }
  const [whole] = await readWholeLetters(stand.place, [letter], { ...desk.reading, normalizer })
  if (whole === undefined) {
    throw new Problem('not-found', 'The dead letter is not in its topic any more')
  }
  return { ...letterRow(letter, stand), ...wholeMembers(whole) }
}

function wholeMembers({
  record,
  facts,
  documents,
  rejections,
}: WholeLetter): Omit<LetterAnswer, keyof LetterRow> {
  const { topic, partition, offset, timestamp, status, type, bulkReason, history } = facts
  return {
    topic,
    partition,
    offset,
    ...(timestamp > 0 && { recordAt: timestamp }),
    ...(status !== undefined && { status }),
    ...(type !== undefined && { errorType: cut(type, 256) }),
    ...(bulkReason !== undefined && { bulkReason: cut(bulkReason, reasonCharactersMax) }),
    history: history.slice(-historyMax).map(({ deadLetteredAt: at, code, reason }) => {
      return { at, code, reason: cut(reason, reasonCharactersMax) }
    }),
    headers: headerTexts(record.headers, 'millrace-dead-letter'),
    ...(record.value !== null && { line: lineOf(record.value, textCharactersMax) }),
    documents: documents.slice(0, documentsMax).map((document) => cutDocument(document).document),
    rejections: rejections.map(({ code, reason }) => {
      return { code, reason: cut(reason, reasonCharactersMax) }
    }),
  }
}

function letterRow(letter: Letter, { indexed }: LetterStand): LetterRow {
  const { eventId, group, code, reason, at, attempts, service } = letter
  return {
    id: eventId,
    group,
    code,
    reason: cut(reason, reasonCharactersMax),
    at,
    attempts,
    ...(service !== undefined && { service }),
    ...(indexed !== undefined && { isIndexed: indexed.has(eventId) }),
  }
}

const placeOf = ({ partition, offset }: { partition: number; offset: number }): string =>
  `${partition}:${offset}`

/** The beginnings of the letters' lines. What retention has deleted meanwhile is left out. */
async function readSamples(
  desk: LetterDesk,
  { place }: LetterStand,
  letters: readonly Letter[],
): Promise<Map<string, string>> {
  const samples = new Map<string, string>()
  if (place === undefined) return samples
  await desk.readRecords(place, letters, (record) => {
    if (record.value === null) return
    samples.set(placeOf(record), lineOf(record.value, sampleCharactersMax).text)
  })
  return samples
}
