// The audit against worlds whose truth is known: every line has a fate, and the audit must name exactly that one.
import { formatEventId, type Ledger, mintInstanceId } from '@millrace/envelope'
import { seededRandom } from '@millrace/foundation'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsOf, runAudit } from '../src/index.ts'
import { fakeSources, ledgerOf, type World } from './support/fake-sources.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const startMs = nowMs - 3_600_000

/** What became of a line. */
const fates = [
  'indexed',
  'indexed-late',
  'double',
  'dead-document',
  'dead-record',
  'unread',
  'dropped-a',
  'dropped-b',
  'dropped-but-indexed',
  'spooled',
  'spooled-then-lost',
  'lost',
  'under-way',
] as const
type Fate = (typeof fates)[number]
type Ending = 'open' | 'silent' | 'silent-always' | 'closed' | 'recovered'

interface Life {
  ending: Ending
  fates: Fate[]
  /** Where each of the ledgers was written, as parts of its lines. */
  ledgersAt: number[]
  /** The last so many ledgers are still in the topic. */
  unreadLedgers: number
  seed: number
}

const life: fc.Arbitrary<Life> = fc.record({
  ending: fc.constantFrom<Ending>('open', 'silent', 'silent-always', 'closed', 'recovered'),
  fates: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Fate>('indexed') },
      { weight: 4, arbitrary: fc.constantFrom<Fate>(...fates) },
    ),
    { minLength: 1, maxLength: 60 },
  ),
  ledgersAt: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  unreadLedgers: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
})

const isSeen = (fate: Fate): boolean =>
  !['dropped-a', 'dropped-b', 'spooled', 'spooled-then-lost', 'lost', 'under-way'].includes(fate)

interface Expected {
  issued: number
  indexed: number
  deadLettered: number
  dropped: Record<string, number>
  pending: number
  lost: string[]
  duplicates: string[]
}

/** Adds one life to the world. @returns what the audit has to say of it */
function live(
  { ending, fates: chosen, ledgersAt, unreadLedgers, seed }: Life,
  world: Required<World>,
): Expected {
  const instance = mintInstanceId({ now: () => startMs }, seededRandom(seed))
  const isOver = ending === 'closed' || ending === 'recovered'
  // The last ledger; lines behind it were never told of unless they are seen somewhere.
  const positions = ledgersAt
    .map((part) => Math.floor(part * chosen.length))
    .sort((one, other) => one - other)
  const settled = isOver ? chosen.length : (positions.at(-1) ?? 0)
  const lines = chosen.map((fate, index): Fate => {
    const isSettled = index + 1 <= settled
    if (fate === 'under-way' && isSettled) return 'lost'
    // What was not settled cannot have been told as dropped or spooled.
    if (!isSettled && fate.startsWith('dropped')) return 'under-way'
    if (!isSettled && fate.startsWith('spooled')) return 'under-way'
    if (!isSettled && fate === 'lost') return 'under-way'
    // What a dead instance left on disk was sent by the other, or lost with the disk.
    if (fate === 'spooled' && ending === 'recovered') return 'lost'
    return fate === 'spooled-then-lost' && ending !== 'recovered' ? 'spooled' : fate
  })
  const written = isOver ? [...positions, chosen.length] : positions
  let told = 0
  const ledgers = written.map((upTo, index): Ledger => {
    const isLast = index === written.length - 1
    const named = (fate: Fate): string =>
      lines
        .flatMap((each, at) => (each === fate && at >= told && at < upTo ? [at + 1] : []))
        .join(',')
    const droppedRanges = {
      a: named('dropped-a'),
      b: named('dropped-b'),
      c: named('dropped-but-indexed'),
    }
    told = upTo
    const spooledRanges = lines
      .flatMap((each, at) => (each.startsWith('spooled') && at < upTo ? [at + 1] : []))
      .join(',')
    const age = ending.startsWith('silent') ? 60_000 : 1_000
    return ledgerOf(instance, {
      number: index + 1,
      at: nowMs - age - (written.length - index) * 10_000,
      issued: isLast ? Math.max(upTo, isOver ? chosen.length : upTo) : upTo,
      settled: upTo,
      isClosed: ending === 'closed' && isLast,
      durability: ending === 'silent-always' ? 'always' : 'overflow',
      droppedRanges,
      spooledRanges,
    })
  })
  if (ending === 'recovered') {
    const last = ledgers.at(-1)!
    const writer = mintInstanceId({ now: () => startMs }, seededRandom(seed + 1))
    ledgers.push(
      ledgerOf(instance, {
        number: 1,
        writer,
        at: last.at + 1,
        issued: chosen.length,
        settled: chosen.length,
        isClosed: true,
      }),
    )
  }
  if (ending === 'open' && ledgers.length > 0) ledgers.at(-1)!.at = nowMs - 10_000
  const committed = ledgers.slice(0, Math.max(0, ledgers.length - unreadLedgers))
  world.ledgers.unshift(...committed.map((ledger) => ({ ledger })))
  world.unreadLedgers.push(...ledgers.slice(committed.length).map((ledger) => ({ ledger })))

  const highestSeen = lines.findLastIndex(isSeen) + 1
  const issued = Math.max(highestSeen, written.at(-1) ?? 0)
  const isHeardOf = ending === 'open' && ledgers.length > 0
  const expected: Expected = {
    issued,
    indexed: 0,
    deadLettered: 0,
    dropped: {},
    pending: 0,
    lost: [],
    duplicates: [],
  }
  lines.slice(0, issued).forEach((fate, index) => {
    const id = formatEventId(instance, index + 1)
    switch (fate) {
      case 'indexed':
      case 'dropped-but-indexed':
        world.documents.push([id])
        expected.indexed++
        break
      case 'indexed-late':
        world.documents.push([id])
        world.unreadKeys.push(id)
        expected.indexed++
        break
      case 'double':
        world.documents.unshift([id])
        world.documents.push([id])
        expected.indexed++
        expected.duplicates.push(id)
        break
      case 'dead-document':
        world.deadLetterDocuments.push(id)
        expected.deadLettered++
        break
      case 'dead-record':
        world.deadLetterRecords.push(id)
        expected.deadLettered++
        break
      case 'unread':
        world.unreadKeys.push(id)
        expected.pending++
        break
      case 'dropped-a':
      case 'dropped-b':
        expected.dropped[fate.at(-1)!] = (expected.dropped[fate.at(-1)!] ?? 0) + 1
        break
      case 'spooled':
        expected.pending++
        break
      case 'under-way':
        if (
          isHeardOf ||
          (ending === 'silent-always' && ledgers.length > 0) ||
          isHeardByRecords(lines)
        )
          expected.pending++
        else expected.lost.push(id)
        break
      default:
        expected.lost.push(id)
    }
  })
  return expected

  /** A record in the topic is as good a sign of life as a ledger. */
  function isHeardByRecords(all: readonly Fate[]): boolean {
    return !isOver && all.some((fate) => fate === 'unread' || fate === 'indexed-late')
  }
}

test('of any instances with any fates, the audit names each line’s fate and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
      const world: Required<World> = {
        ledgers: [],
        unreadLedgers: [],
        unreadKeys: [],
        documents: [],
        deadLetterDocuments: [],
        deadLetterRecords: [],
        horizons: {},
        ledgerHorizonAt: 0,
        nowMs,
        clearedUp: [],
        instancesOfDocuments: [],
        unread: {},
        asked: [],
      }
      const distinct = lives.map((each, index) => ({ ...each, seed: index * 10 }))
      const expected = distinct.map((each) => live(each, world))
      const { ledgerHorizonAt: _, ...sources } = world
      const report = await runAudit(fakeSources(sources), { topic: 'logs', group: 'indexers' })

      const sum = (member: 'issued' | 'indexed' | 'deadLettered' | 'pending'): number =>
        expected.reduce((total, each) => total + each[member], 0)
      const dropped: Record<string, number> = {}
      for (const each of expected) {
        for (const [reason, count] of Object.entries(each.dropped))
          dropped[reason] = (dropped[reason] ?? 0) + count
      }
      const lost = report.perInstance.flatMap(({ instance, lostRanges }) => [
        ...idsOf(instance, lostRanges),
      ])
      expect({
        issued: report.issued,
        indexed: report.indexed,
        deadLettered: report.deadLettered,
        dropped: report.dropped,
        pending: report.pending,
        lost: lost.sort(),
        duplicates: report.duplicateIds.sort(),
        ok: report.ok,
      }).toEqual({
        issued: sum('issued'),
        indexed: sum('indexed'),
        deadLettered: sum('deadLettered'),
        dropped,
        pending: sum('pending'),
        lost: expected.flatMap((each) => each.lost).sort(),
        duplicates: expected.flatMap((each) => each.duplicates).sort(),
        ok: expected.every((each) => each.lost.length === 0 && each.duplicates.length === 0),
      })
    }),
    { numRuns: 500 },
  )
})
