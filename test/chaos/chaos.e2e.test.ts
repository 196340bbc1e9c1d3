import { expect, onTestFinished, test } from 'vitest'
import { runChaos } from './chaos.ts'
import type { FaultKind } from './fault-kinds.ts'
import { renderReport, totals } from './report.ts'

/** One of each place that can fail; the longer run by hand takes all kinds (`npm run chaos`). */
const kinds: FaultKind[] = [
  'service-kill',
  'service-stop',
  'indexer-kill',
  'broker-kill',
  'kafka-reset',
  'bulk-lost',
  'replay',
  'poison',
]

/** Three brokers of its own, beside whatever else the machine does. Unit: ms. */
const longestMs = 900_000

test(
  '20,000 lines through eight faults: each is indexed once or accounted for by id, and the audit names exactly what is lost',
  { timeout: longestMs },
  async () => {
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const said: string[] = []
    const report = await runChaos(
      {
        events: 20_000,
        kinds,
        faultCount: kinds.length,
        seed: 7,
        rateMax: 2_000,
        slotMs: 3_500,
        isJson: false,
        keeps: false,
        records: false,
      },
      { say: (text) => said.push(text), signal: stop.signal },
    )
    expect(report.breaches, `${said.join('\n')}\n${renderReport(report)}`).toEqual([])
    expect(report.faultsCarriedOut).toBe(kinds.length)
    const { logged, indexed, dropped, lost, killed } = totals(report)
    expect(indexed + dropped + lost).toBe(logged)
    expect(logged).toBeGreaterThanOrEqual(20_000)
    expect(killed).toBe(1)
    expect(report.verdict.deadLetters).toBeGreaterThanOrEqual(4)
    expect(report.audit?.indexed).toBe(indexed)
  },
)
