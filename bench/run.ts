// `npm run bench -- NAME [--json]`: benchmarks, side by side in one run, medians of several rounds.
import { styleText } from 'node:util'
import { formats } from './formats.ts'
import { host } from './host.ts'
import { redaction } from './redaction.ts'
import { kafkaAndRedis } from './kafka-and-redis.ts'
import { describeMachine } from './machine.ts'
import type { Benchmark } from './report.ts'
import { renderReport } from './report.ts'
import { transport } from './transport.ts'

const benchmarks: readonly Benchmark[] = [kafkaAndRedis, formats, host, redaction, transport]

const help = `npm run bench -- NAME [--json]

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')}

  --json            one JSON object on standard output, nothing else there
`

const flags = process.argv.slice(2)
const name = flags.find((flag) => !flag.startsWith('--'))
const benchmark = benchmarks.find((candidate) => candidate.name === name)
const unknown = flags.find((flag) => flag.startsWith('--') && !['--json', '--help'].includes(flag))
if (flags.includes('--help') || (name === undefined && unknown === undefined)) {
  process.stdout.write(help)
} else if (benchmark === undefined || unknown !== undefined) {
  process.stderr.write(`millrace: there is no ${unknown ?? `benchmark "${name}"`}\n\n${help}`)
  process.exitCode = 2
} else {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new Error('stopped by Ctrl-C')))
  const progress = (text: string): void => {
    process.stderr.write(
      process.stderr.isTTY ? `\r\u001B[2K${styleText('dim', text)}` : `${text}\n`,
    )
  }
  try {
    const report = await benchmark.run({ progress, signal: stop.signal })
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[2K')
    const whole = { benchmark: benchmark.name, machine: describeMachine(), ...report }
    process.stdout.write(
      flags.includes('--json') ? `${JSON.stringify(whole)}\n` : renderReport(whole),
    )
  } catch (error) {
    process.stderr.write(`\nmillrace: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = stop.signal.aborted ? 130 : 1
  }
}
