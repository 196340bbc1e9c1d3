import type { AuditReport, InstanceFindings } from '@millrace/audit'
import { formatEventId } from '@millrace/envelope'
import { describe, expect, it } from 'vitest'
import { auditJson, auditText, isAccepted } from '../src/audit-text.ts'

const instance = '01h2xcejqtf2nbrx'
const other = '01h2xcejqtf2nbry'
const none = { topic: 0, spool: 0, memory: 0 }

function findings(change: Partial<InstanceFindings> = {}): InstanceFindings {
  return {
    instance,
    service: 'orders',
    startedAt: Date.UTC(2026, 0, 2, 3),
    heardAt: Date.UTC(2026, 0, 2, 3, 4),
    state: 'closed',
    issued: 1000,
    indexed: 1000,
    deadLettered: 0,
    dropped: {},
    pending: 0,
    pendingIn: none,
    expired: 0,
    lostCount: 0,
    duplicates: 0,
    lostRanges: [],
    droppedRanges: {},
    lostEvents: [],
    hasUnidentified: false,
    duplicateIds: [],
    ...change,
  }
}

function report(change: Partial<AuditReport> = {}): AuditReport {
  const perInstance = change.perInstance ?? [findings()]
  return {
    ok: true,
    auditedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    topic: 'logs',
    group: 'millrace-indexer',
    instances: perInstance.length,
    issued: 1000,
    indexed: 1000,
    deadLettered: 0,
    dropped: {},
    pending: 0,
    pendingIn: none,
    expired: 0,
    lostCount: 0,
    duplicates: 0,
    lag: 0,
    lostRuns: [],
    lostEvents: [],
    duplicateIds: [],
    notes: [],
    perService: [{ ...findings(), service: 'orders', instances: 1 }],
    ...change,
    perInstance,
  }
}

const plain = (_style: unknown, text: string): string => text
const lostReport = (count: number): AuditReport => {
  const lost = findings({ lostCount: count, lostRanges: [[3, count + 2]], indexed: 1000 - count })
  return report({
    ok: false,
    lostCount: count,
    indexed: 1000 - count,
    perInstance: [lost],
    lostRuns: [
      {
        instance,
        service: 'orders',
        firstId: formatEventId(instance, 3),
        lastId: formatEventId(instance, count + 2),
        count,
      },
    ],
  })
}

it('an instance that ended without closing is accepted unless the audit is strict', () => {
  const silent = report({ perInstance: [findings({ state: 'silent' })] })
  expect([isAccepted(silent), isAccepted(silent, true)]).toEqual([true, false])
  expect([isAccepted(report()), isAccepted(report(), true)]).toEqual([true, true])
  expect(isAccepted(report({ ok: false }))).toBe(false)
})

describe('for a person', () => {
  it('a line for each service and the verdict are all, where all is well', () => {
    expect(auditText(report(), plain)).toBe(
      [
        'SERVICE  INSTANCES  ISSUED  INDEXED  DEAD  DROPPED  PENDING  LOST  DOUBLE',
        'orders           1   1,000    1,000     0        0        0     0       0',
        '',
        '✓ None lost, none twice: 1,000 lines of 1 instance: 1,000 indexed.',
        '',
      ].join('\n'),
    )
  })

  it('says in words what became of the other lines, and what to do', () => {
    const text = auditText(
      report({
        indexed: 900,
        deadLettered: 40,
        dropped: { 'memory-full': 30 },
        pending: 30,
        pendingIn: { topic: 5, spool: 20, memory: 5 },
        perInstance: [findings({ pendingIn: { ...none, spool: 20 }, state: 'silent' })],
        notes: ['20 lines lie in the spool'],
      }),
      plain,
    )
    expect(text).toContain(`${instance}  orders   silent`)
    expect(text).toContain('! 20 lines lie in the spool\n')
    expect(text).toContain(
      '900 indexed, 40 dead-lettered (millrace dead-letters list), 30 dropped (memory-full), 5 in the topic, before the indexers, 20 in a spool, 5 under way in a service.',
    )
  })

  it('names lost lines by id, and how to get all of them', () => {
    const text = auditText(lostReport(5), plain)
    const [first, last] = [formatEventId(instance, 3), formatEventId(instance, 7)]
    expect(text).toContain(`  ${first} to ${last}, 5 lines  orders\n`)
    expect(text).toContain("millrace audit --json | jq -r '.lost[]'")
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^✗ 5 lost of 1,000 lines of 1 instance: /)
  })

  it('shows twenty runs, twenty double ids and twenty instances, and counts the rest', () => {
    const run = lostReport(1).lostRuns[0]!
    const many = report({
      ok: false,
      lostCount: 25,
      duplicates: 24,
      lostRuns: Array.from({ length: 25 }, () => run),
      duplicateIds: Array.from({ length: 24 }, (_, index) => formatEventId(other, index + 1)),
      perInstance: Array.from({ length: 23 }, () => findings({ lostCount: 1 })),
    })
    const text = auditText(many, plain)
    expect(text).toContain('  and 5 more\n')
    expect(text).toContain('  and 4 more\n')
    expect(text).toContain('and 3 instances more')
    expect(text).toContain('✗ 25 lost, 24 double of')
  })

  it('a service cannot make the terminal obey by its name', () => {
    const perService = [{ ...findings(), service: '\u001b[31mred', instances: 1 }]
    expect(auditText(report({ perService }), plain)).not.toContain('\u001b')
  })

  it('an audit of nothing does not look like a pass', () => {
    const text = auditText(
      report({ instances: 0, issued: 0, perService: [], perInstance: [] }),
      plain,
    )
    expect(text).toMatch(/^! There is nothing to audit/)
    expect(auditText(report({ perInstance: [], instances: 0 }), plain)).not.toContain('✓')
  })
})

describe('for a program', () => {
  it('is one object with the agreed members, every lost id, and the figures of each instance', () => {
    const parts = [...auditJson(lostReport(3))]
    const read = JSON.parse(parts.join('')) as Record<string, unknown>
    expect(read).toMatchObject({
      ok: false,
      auditedAt: '2026-01-02T03:04:05.000Z',
      instances: 1,
      issued: 1000,
      indexed: 997,
      deadLettered: 0,
      dropped: {},
      pending: 0,
      lost: [3, 4, 5].map((sequence) => formatEventId(instance, sequence)),
      lostTotal: 3,
      duplicates: 0,
      perInstance: [{ instance, state: 'closed', lost: 3, heardAt: '2026-01-02T03:04:00.000Z' }],
      perService: [{ service: 'orders', lost: 0 }],
    })
    expect(parts.join('')).toMatch(/\}\n$/)
  })

  it('lists ids in pieces, so that a long list takes no memory', () => {
    const parts = [...auditJson(lostReport(25_000))]
    expect(parts.length).toBe(4)
    const { lost } = JSON.parse(parts.join('')) as { lost: string[] }
    expect(lost.length).toBe(25_000)
    expect(lost.at(-1)).toBe(formatEventId(instance, 25_002))
  })

  it('lists single lost events of a line behind the lines', () => {
    const id = `${formatEventId(instance, 9)}.1`
    const events = findings({ lostEvents: [id] })
    const json = [...auditJson(report({ lostEvents: [id], perInstance: [events] }))].join('')
    expect((JSON.parse(json) as { lost: string[] }).lost).toEqual([id])
  })
})
