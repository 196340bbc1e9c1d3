// The last long run, written into docs/delivery.md between its marks.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from './child.ts'
import { type ChaosReport, reproduce, totals } from './report.ts'
import { seconds } from './schedule.ts'

const page = join(root, 'docs/delivery.md')
const marks = { begin: '<!-- chaos result: begin -->', end: '<!-- chaos result: end -->' }
const number = new Intl.NumberFormat('en-US')

/** Replaces what stands between the marks. @throws when the page has none. */
export function recordResult(report: ChaosReport, day = new Date()): void {
  const text = readFileSync(page, 'utf8')
  writeFileSync(page, replaceResult(text, renderResult(report, day)))
}

export function replaceResult(text: string, result: string): string {
  const begin = text.indexOf(marks.begin)
  const end = text.indexOf(marks.end)
  if (begin === -1 || end < begin)
    throw new Error(`docs/delivery.md lacks the marks ${marks.begin}`)
  return `${text.slice(0, begin + marks.begin.length)}\n${result}\n${text.slice(end)}`
}

export function renderResult(report: ChaosReport, day: Date): string {
  const { processes, killed, logged, indexed, dropped, lost, alwaysLostAgeMs } = totals(report)
  const { schedule, verdict, audit, totalMs, breachCount } = report
  const rows: [string, string][] = [
    ['date', day.toISOString().slice(0, 10)],
    ['seed', String(schedule.seed)],
    [
      'machine',
      `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, all servers on it`,
    ],
    [
      'lines logged',
      `${number.format(logged)} by ${processes} processes, ${killed} of them ended by kill -9`,
    ],
    ['faults', `${report.faultsCarriedOut} of ${schedule.faults.length}`],
    ['indexed', number.format(indexed)],
    ['dead letters (poison, planted)', number.format(verdict.deadLetters)],
    ['dropped by policy, named in the ledger', number.format(dropped)],
    [
      'lost with the memory of killed processes',
      `${number.format(lost)}; with \`always\` none older than ${alwaysLostAgeMs} ms`,
    ],
    ['lost otherwise, double or damaged', number.format(breachCount)],
    [
      '`millrace audit` and the ground truth',
      audit === undefined ? 'not compared' : breachCount === 0 ? 'agree on every id' : 'differ',
    ],
    [
      'lines a second, faults and recovery included',
      number.format(Math.round(indexed / (totalMs / 1_000))),
    ],
    ['longest time in which nothing was indexed', longest(report.longestPauseMs)],
    ['longest time of one partition without a commit', longest(report.longestPartitionPauseMs)],
    ['again', `\`${reproduce(report)}\``],
  ]
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
}

function longest(byKind: Readonly<Record<string, number>>): string {
  const [worst] = Object.entries(byKind).sort(([, left], [, right]) => right - left)
  return worst === undefined ? 'under a second' : `${seconds(worst[1])} (${worst[0]})`
}
