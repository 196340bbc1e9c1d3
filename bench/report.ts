// What a benchmark says, and how it is printed.
import type { BenchmarkOptions, OptionValues } from './options.ts'

export interface Report {
  /** What was measured, with sizes. */
  setting: string
  /** One row a measure; `values` in the order of `programs`. */
  programs: string[]
  measures: { name: string; unit: string; values: number[] }[]
  caveats: string[]
  /** What was drawn of it, for those who would rather look. */
  picture?: { path: string; title: string }
}

export interface Benchmark {
  name: string
  summary: string
  /** What it can be told beside --json. */
  options?: BenchmarkOptions
  run(context: BenchmarkContext): Promise<Report>
}

export interface BenchmarkContext {
  progress(text: string): void
  signal: AbortSignal
  options: OptionValues
}

/** The middle value; the mean of the middle two where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** A figure that does not exist is a dash. */
function shown(value: number): string {
  return Number.isNaN(value) ? '-' : number.format(value)
}

/** A Markdown table, so that it can be put into a page as it is. */
export function renderReport(report: Report & { benchmark: string; machine: string }): string {
  const rows = report.measures.map(
    ({ name, unit, values }) => `| ${name} (${unit}) | ${values.map(shown).join(' | ')} |`,
  )
  return [
    `${report.benchmark}: ${report.setting}`,
    report.machine,
    '',
    `| | ${report.programs.join(' | ')} |`,
    `|---|${report.programs.map(() => '--:').join('|')}|`,
    ...rows,
    '',
    ...report.caveats.map((caveat) => `- ${caveat}`),
    '',
  ].join('\n')
}
