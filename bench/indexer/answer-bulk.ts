// Answers a bulk body from its bytes, so that the null sink is not the limit: what actions have in common is read once.
import { type AnswerShape, answerItem, readAction } from './bulk-answers.ts'
import type { ReusedBytes } from './reused-bytes.ts'

const comma = 0x2c
const quote = 0x22

/** Where an item lies in its body. Its id is empty where the action names none. */
export interface ItemPlace {
  idStart: number
  idEnd: number
  documentStart: number
  documentEnd: number
}

export interface AnswerOptions {
  shape: AnswerShape
  /** Of actions that name none. */
  index: string | undefined
  /** Of the body's first item; counts the sink's documents. */
  firstNumber: number
  onItem: (place: ItemPlace) => void
}

/**
 * @param answer the answer is put behind what it has
 * @returns how many items the body has
 * @throws Error when the body does not end with a line feed
 */
export function answerBulk(body: Buffer, answer: ReusedBytes, options: AnswerOptions): number {
  const { shape, firstNumber, onItem } = options
  const hasItems = shape.members.length > 0
  const head = [...(shape.errors ? ['"errors":false'] : []), ...(shape.took ? ['"took":1'] : [])]
  answer.appendLatin1(`{${[...head, ...(hasItems ? ['"items":['] : [])].join(',')}`)
  const place = { idStart: 0, idEnd: 0, documentStart: 0, documentEnd: 0 }
  let alike: Alike | undefined
  let count = 0
  for (let start = 0; start < body.length; start = place.documentEnd + 1) {
    if (count > 0 && hasItems) answer.appendByte(comma)
    const number = firstNumber + count
    if (alike === undefined || !findId(body, start, alike, place)) {
      const line = body.toString('latin1', start, lineEnd(body, start))
      const item = readAction(line)
      const named = { ...item, index: item.index ?? options.index }
      alike = item.id === undefined ? undefined : alikeOf(line, { ...named, id: item.id }, shape)
      place.documentStart = start + line.length + 1
      place.idStart = place.idEnd = start
      if (alike !== undefined) findId(body, start, alike, place)
      else if (hasItems) answer.appendLatin1(answerItem(shape, named, number))
    }
    if (alike !== undefined && hasItems) appendAlike(answer, alike, { body, place, number })
    place.documentEnd = lineEnd(body, place.documentStart)
    onItem(place)
    count += 1
  }
  answer.appendLatin1(hasItems ? ']}' : '}')
  return count
}

function lineEnd(body: Buffer, start: number): number {
  const end = body.indexOf(10, start)
  if (end === -1) throw new Error('the bulk body does not end with a line feed')
  return end
}

/** What is the same in the actions of one program and in the answers to them: all but id and number. */
interface Alike {
  lineBefore: Buffer
  /** From the id's closing quote on, with the line feed. */
  lineAfter: Buffer
  before: Buffer
  hasId: boolean
  between: Buffer
  hasNumber: boolean
  after: Buffer
}

function alikeOf(
  line: string,
  item: { action: string; id: string; index: string | undefined },
  shape: AnswerShape,
): Alike {
  const idStart = line.indexOf(`"${item.id}"`, line.indexOf('"_id"') + 5) + 1
  // The id comes before the number, where the answer has both.
  const pattern = answerItem(shape, { ...item, id: '\0' }, Number.NaN)
  const [beforeNumber = '', after] = pattern.split('NaN')
  const [before = '', between] = beforeNumber.split('\0')
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
  return {
    lineBefore: bytes(line.slice(0, idStart)),
    lineAfter: bytes(`${line.slice(idStart + item.id.length)}\n`),
    before: bytes(before),
    hasId: between !== undefined,
    between: bytes(between ?? ''),
    hasNumber: after !== undefined,
    after: bytes(after ?? ''),
  }
}

/** @returns false when the action at `start` is not like the others */
function findId(body: Buffer, start: number, alike: Alike, place: ItemPlace): boolean {
  const { lineBefore, lineAfter } = alike
  if (!isAt(body, start, lineBefore)) return false
  const idStart = start + lineBefore.length
  let idEnd = idStart
  while (idEnd < body.length && body[idEnd] !== quote) idEnd += 1
  if (!isAt(body, idEnd, lineAfter)) return false
  place.idStart = idStart
  place.idEnd = idEnd
  place.documentStart = idEnd + lineAfter.length
  return true
}

function isAt(body: Buffer, start: number, expected: Buffer): boolean {
  for (let at = 0; at < expected.length; at++) {
    if (body[start + at] !== expected[at]) return false
  }
  return true
}

function appendAlike(
  answer: ReusedBytes,
  alike: Alike,
  { body, place, number }: { body: Buffer; place: ItemPlace; number: number },
): void {
  const { before, hasId, between, hasNumber, after } = alike
  const { idStart, idEnd } = place
  answer.reserve(before.length + between.length + (idEnd - idStart))
  appendRange(answer, before, 0, before.length)
  if (hasId) appendRange(answer, body, idStart, idEnd)
  appendRange(answer, between, 0, between.length)
  if (!hasNumber) return
  answer.appendLatin1(String(number))
  answer.append(after)
}

/** Room for it is reserved. A loop: a call into the engine costs as much as fifty bytes here. */
function appendRange(answer: ReusedBytes, source: Buffer, start: number, end: number): void {
  const { bytes } = answer
  let at = answer.length
  for (let index = start; index < end; index++) bytes[at++] = source[index]!
  answer.length = at
}
