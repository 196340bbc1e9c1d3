// `npm run bench -- NAME [--json]`: benchmarks, side by side in one run, medians of several rounds.
import { readFileSync, writeFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { formats } from './formats.ts'
import { growth } from './growth.ts'
import { latency } from './latency/benchmark.ts'
import { scale } from './scale/benchmark.ts'
import { soak } from './soak.ts'
import { store } from './store/benchmark.ts'
import { threads } from './threads.ts'
import { host } from './host.ts'
import { indexer } from './indexer/benchmark.ts'
import { indexerProfile } from './profiles/indexer.ts'
import { transportProfile } from './profiles/transport.ts'
import { redaction } from './redaction.ts'
import { kafkaAndRedis } from './kafka-and-redis.ts'
import { describeMachine } from './machine.ts'
import { describeOptions, type GivenOptions, OptionError, readOptions } from './options.ts'
import { pictureOnPage, putOnPage } from './page.ts'
import type { Benchmark } from './report.ts'
import { renderReport } from './report.ts'
import { transport } from './transport/benchmark.ts'
import { transportSteps } from './transport-steps.ts'

const benchmarks: readonly Benchmark[] = [
  indexer,
  indexerProfile,
  transport,
  transportSteps,
  transportProfile,
  latency,
  scale,
  threads,
  growth,
  soak,
  store,
  kafkaAndRedis,
  formats,
  host,
  redaction,
]

const help = `npm run bench -- NAME [--json] [options]

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')}

  --json            one JSON object on standard output, nothing else there
  --page FILE       puts the report on that page too, between its marks
  NAME --help       the options of one benchmark
`

function helpFor({ name, summary, options = {} }: Benchmark): string {
  const lines = [
    '--json                    one JSON object on standard output, nothing else there',
    '--page FILE               puts the report on that page too, between its marks',
  ]
  const all = [...lines, ...describeOptions(options)].map((line) => `  ${line}\n`)
  return `npm run bench -- ${name}\n\n${summary}\n\n${all.join('')}`
}

const commandLine = process.argv.slice(2)
// The name comes first, but for --json, which may stand before it.
const [name, ...flags] =
  commandLine[0] === '--json' ? [...commandLine.slice(1), '--json'] : commandLine
const benchmark = benchmarks.find((candidate) => candidate.name === name)
if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(help)
} else if (benchmark === undefined) {
  process.stderr.write(`millrace: there is no benchmark "${name}"\n\n${help}`)
  process.exitCode = 2
} else {
  await command(benchmark, flags)
}

async function command(chosen: Benchmark, words: readonly string[]): Promise<void> {
  try {
    const given = readOptions(chosen.options ?? {}, words)
    if (given.help) process.stdout.write(helpFor(chosen))
    else await measure(chosen, given)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    process.stderr.write(`millrace: ${error.message}\n\n${helpFor(chosen)}`)
    process.exitCode = 2
  }
}

async function measure(chosen: Benchmark, { values, json, page }: GivenOptions): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new Error('stopped by Ctrl-C')))
  process.once('SIGTERM', () => stop.abort(new Error('stopped by SIGTERM')))
  const progress = (text: string): void => {
    process.stderr.write(
      process.stderr.isTTY ? `\r\u001B[2K${styleText('dim', text)}` : `${text}\n`,
    )
  }
  try {
    // A page that can't take the report is told before the benchmark, not after it.
    if (page !== undefined) putOnPage(readFileSync(page, 'utf8'), chosen.name, '')
    const report = await chosen.run({ progress, signal: stop.signal, options: values })
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[2K')
    const whole = { benchmark: chosen.name, machine: describeMachine(), ...report }
    if (page !== undefined) {
      const picture = report.picture === undefined ? '' : pictureOnPage(page, report.picture)
      const text = putOnPage(readFileSync(page, 'utf8'), chosen.name, picture + renderReport(whole))
      writeFileSync(page, text)
    }
    process.stdout.write(json ? `${JSON.stringify(whole)}\n` : renderReport(whole))
  } catch (error) {
    process.stderr.write(`\nmillrace: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = stop.signal.aborted ? 130 : 1
  }
}
