// Dead letters, read: what the topic says of each, and which of them is the newest of its record.
import {
  type DeadLetterFacts,
  deadLetterHeader,
  decodeDeadLetterFacts,
  recordIdOf,
  SourceFactsReader,
} from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'

/** What is kept of a letter while all of them are looked through; small, for there can be many. */
export interface Letter {
  eventId: string
  /** That of the record; events that shared one share it. */
  recordId: string
  group: string
  code: string
  /** One line for a person: the reason, with Elasticsearch's own words where there are some. */
  reason: string
  /** Epoch ms of the latest failure. */
  at: number
  attempts: number
  service: string | undefined
  /** Where the letter lies in the dead-letter topic. */
  partition: number
  offset: number
}

/** Many letters have these texts in common: each text is kept once. */
export class LetterReader {
  readonly #sources = new SourceFactsReader()
  readonly #texts = new Map<string, string>()

  /** Undefined for a record that no indexer parked. */
  read(record: KafkaRecord): { letter: Letter; facts: DeadLetterFacts } | undefined {
    const header = record.headers[deadLetterHeader]
    const facts = header === undefined ? undefined : decodeDeadLetterFacts(header)
    if (facts === undefined) return undefined
    const service = this.#sources.read(record.headers)?.facts['service.name']
    const letter: Letter = {
      eventId: facts.eventId,
      recordId: recordIdOf(facts.eventId),
      group: this.#once(facts.group),
      code: this.#once(facts.code),
      reason: this.#once(reasonOf(facts)),
      at: facts.deadLetteredAt,
      attempts: facts.attempts,
      service: service === undefined ? undefined : this.#once(service),
      partition: record.partition,
      offset: record.offset,
    }
    return { letter, facts }
  }

  #once(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= 10_000) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}

export function reasonOf(attempt: { reason: string; bulkReason?: string }): string {
  const { reason, bulkReason } = attempt
  return bulkReason === undefined || bulkReason === '' ? reason : `${reason}: ${bulkReason}`
}

/** A later attempt is newer; of one attempt, parked by two workers, the later letter. */
export function isNewer(letter: Letter, than: Letter): boolean {
  return letter.attempts === than.attempts ? letter.at > than.at : letter.attempts > than.attempts
}

/** The newest letter of each event. */
export class NewestLetters {
  readonly #letters = new Map<string, Letter>()

  get size(): number {
    return this.#letters.size
  }

  add(letter: Letter): void {
    const known = this.#letters.get(letter.eventId)
    if (known === undefined || isNewer(letter, known)) this.#letters.set(letter.eventId, letter)
  }

  all(): Letter[] {
    return [...this.#letters.values()]
  }
}

export interface LetterGroup {
  group: string
  code: string
  /** Events whose newest letter is in this group. */
  letters: number
  /** How many of them are documents by now; absent when Elasticsearch was not asked or did not answer. */
  indexed?: number
  /** Of the latest failures, epoch ms. */
  firstAt: number
  lastAt: number
  attemptsMax: number
  /** The newest letter's. */
  exampleId: string
  exampleReason: string
  /** Names that the senders gave, at most `servicesMax`, sorted. */
  services: string[]
  servicesLeftOut: number
}

const servicesMax = 20

/** Groups of letters that need the same remedy: those with the most that are not documents come first. */
export function groupLetters(
  letters: Iterable<Letter>,
  indexed: ReadonlySet<string> | undefined,
): LetterGroup[] {
  const groups = new Map<string, LetterGroup>()
  const services = new Map<string, Set<string>>()
  for (const letter of letters) {
    let group = groups.get(letter.group)
    if (group === undefined) {
      group = emptyGroup(letter, indexed !== undefined)
      groups.set(letter.group, group)
      services.set(letter.group, new Set())
    }
    group.letters += 1
    if (indexed?.has(letter.eventId) === true) group.indexed! += 1
    group.firstAt = Math.min(group.firstAt, letter.at)
    group.attemptsMax = Math.max(group.attemptsMax, letter.attempts)
    if (letter.at > group.lastAt) {
      group.lastAt = letter.at
      group.exampleId = letter.eventId
      group.exampleReason = letter.reason
    }
    if (letter.service !== undefined) services.get(letter.group)!.add(letter.service)
  }
  for (const [name, group] of groups) {
    const all = [...services.get(name)!].toSorted()
    group.services = all.slice(0, servicesMax)
    group.servicesLeftOut = all.length - group.services.length
  }
  return [...groups.values()].toSorted(
    (one, other) => openOf(other) - openOf(one) || other.lastAt - one.lastAt,
  )
}

/** Those that are no document, as far as is known. */
export function openOf({ letters, indexed }: LetterGroup): number {
  return letters - (indexed ?? 0)
}

function emptyGroup(letter: Letter, isIndexedKnown: boolean): LetterGroup {
  return {
    group: letter.group,
    code: letter.code,
    letters: 0,
    ...(isIndexedKnown && { indexed: 0 }),
    firstAt: letter.at,
    lastAt: letter.at,
    attemptsMax: 0,
    exampleId: letter.eventId,
    exampleReason: letter.reason,
    services: [],
    servicesLeftOut: 0,
  }
}
