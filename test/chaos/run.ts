// `npm run chaos`: real processes, real servers, seeded faults, and a verdict on each line.
import { styleText } from 'node:util'
import { errorText } from '@millrace/foundation'
import { runChaos } from './chaos.ts'
import { help, readOptions } from './options.ts'
import { recordResult } from './record.ts'
import { renderReport, reproduce, totals } from './report.ts'

const wrongUse = 2
const interrupted = 130
const isTerminal = process.stderr.isTTY

function clearTick(): void {
  if (isTerminal) process.stderr.write('\r\u001B[2K')
}

function say(text: string): void {
  clearTick()
  process.stderr.write(`${text}\n`)
}

function tick(text: string): void {
  if (!isTerminal) return
  const width = Math.max(20, (process.stderr.columns ?? 80) - 1)
  process.stderr.write(`\r\u001B[2K${styleText('dim', text.slice(0, width))}`)
}

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(help)
    return 0
  }
  const report = await runChaos(options, { say, onTick: tick, signal })
  clearTick()
  if (options.records) recordResult(report)
  if (!options.isJson) process.stdout.write(renderReport(report))
  else {
    const { schedule, audit, breaches, breachCount, ...rest } = report
    const { truths: _truths, sample: _sample, ...verdict } = rest.verdict
    const { lost: _lost, perInstance: _perInstance, ...audited } = audit ?? {}
    const whole = {
      ...rest,
      isHeld: breachCount === 0,
      ...totals(report),
      schedule,
      verdict,
      audit: audit === undefined ? null : { ...audited, lostCount: audit.lost.length },
      breachCount,
      breaches,
      reproduce: reproduce(report),
    }
    process.stdout.write(`${JSON.stringify(whole)}\n`)
  }
  return report.breachCount === 0 ? 0 : 1
}

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) say(`${name}: ending everything that was started`)
    stop.abort(new Error(`ended by ${name}`))
  })
}
async function exitCode(): Promise<number> {
  try {
    return await main(stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return interrupted
    say(`millrace: ${errorText(error)}`)
    return error instanceof TypeError ? wrongUse : 1
  }
}
const code = await exitCode()
process.stdout.write('', () => process.exit(code))
