// What a chaos run says at its end.
import type { AuditJson } from '@millrace/cli'
import { type FaultKind, faultKindNames } from './fault-kinds.ts'
import type { ChaosOptions } from './options.ts'
import type { Verdict } from './oracle.ts'
import { type Schedule, seconds } from './schedule.ts'

export interface ChaosReport {
  options: ChaosOptions
  schedule: Schedule
  verdict: Verdict
  audit: AuditJson | undefined
  /** Each breach of the promise, in one line; empty when it held. */
  breaches: string[]
  breachCount: number
  faultsCarriedOut: number
  loadMs: number
  /** Until everything was read and indexed. */
  totalMs: number
  longestPauseMs: Partial<Record<FaultKind, number>>
  longestPartitionPauseMs: Partial<Record<FaultKind, number>>
}

/** Sums over all processes of all services. */
export function totals({ verdict: { truths } }: ChaosReport): {
  processes: number
  killed: number
  logged: number
  indexed: number
  dropped: number
  lost: number
  /** Oldest line that kill -9 took from a process with `durability: 'always'`, before the kill. Unit: ms. */
  alwaysLostAgeMs: number
} {
  const sum = (value: (truth: Verdict['truths'][number]) => number): number =>
    truths.reduce((total, truth) => total + value(truth), 0)
  return {
    processes: truths.length,
    killed: sum(({ incarnation }) => (incarnation.killedAtMs === undefined ? 0 : 1)),
    logged: sum(({ logged }) => logged),
    indexed: sum(({ indexed }) => indexed),
    dropped: sum(({ dropped }) => dropped.count),
    lost: sum(({ lost }) => lost.count),
    alwaysLostAgeMs: Math.max(
      0,
      ...truths
        .filter(
          ({ incarnation }) => incarnation.durability === 'always' && !incarnation.diskWasFull,
        )
        .map(({ lostAgeMs }) => lostAgeMs ?? 0),
    ),
  }
}

/** The command that does the same again. */
export function reproduce({ options }: ChaosReport): string {
  const { events, kinds, faultCount, seed, rateMax, slotMs } = options
  const faults = kinds.length === faultKindNames.length ? '' : ` --faults ${kinds.join(',')}`
  return `npm run chaos -- --events ${events} --fault-count ${faultCount} --seed ${seed} --rate ${rateMax} --slot-ms ${slotMs}${faults}`
}

const number = new Intl.NumberFormat('en-US')

export function renderReport(report: ChaosReport): string {
  const { schedule, verdict, breaches, breachCount, audit, totalMs } = report
  const { processes, killed, logged, indexed, dropped, lost, alwaysLostAgeMs } = totals(report)
  const rate = Math.round(indexed / (totalMs / 1_000))
  const rows = [
    `${number.format(logged)} lines logged by ${processes} processes, of which ${killed} ended by kill -9`,
    `${report.faultsCarriedOut} of ${schedule.faults.length} faults carried out in ${seconds(report.loadMs)}; everything indexed after ${seconds(totalMs)}, ${number.format(rate)} lines a second`,
    `${number.format(indexed)} indexed, ${number.format(verdict.deadLetters)} dead letters, ${number.format(dropped)} dropped by policy, ${number.format(lost)} lost with the memory of killed processes (with durability always: none older than ${alwaysLostAgeMs} ms)`,
    auditRow(audit),
    ...pauseRows(report),
  ]
  const end =
    breachCount === 0
      ? 'The promise held: every line is accounted for by its id, none is double, each body is intact.'
      : [
          `The promise did NOT hold, ${breachCount} times:`,
          ...breaches.map((each) => `  ${each}`),
        ].join('\n')
  return `${[...rows, end, `The same run again: ${reproduce(report)}`].join('\n')}\n`
}

function auditRow(audit: AuditJson | undefined): string {
  if (audit === undefined) return 'millrace audit gave no report'
  return `millrace audit: ${number.format(audit.issued)} issued, ${number.format(audit.indexed)} indexed, ${number.format(audit.lost.length)} lost, ${audit.duplicates} duplicates`
}

/** Longest time without progress, by kind of fault. */
function pauseRows({ longestPauseMs, longestPartitionPauseMs }: ChaosReport): string[] {
  const kinds = new Set([...Object.keys(longestPauseMs), ...Object.keys(longestPartitionPauseMs)])
  if (kinds.size === 0) return ['no pause of a second or more']
  const cell = (ms: number | undefined): string =>
    (ms === undefined ? '-' : seconds(ms)).padStart(9)
  const rows = [...kinds].sort().map((kind) => {
    const all = longestPauseMs[kind as FaultKind]
    const one = longestPartitionPauseMs[kind as FaultKind]
    return `  ${kind.padEnd(22)}${cell(all)}${cell(one)}`
  })
  return [
    'longest time without progress (nothing indexed, one partition without a commit):',
    ...rows,
  ]
}
