// The calm line that `npm start` shows while it runs: events in, indexed, lag, dead letters.
import type { Clock } from '@millrace/foundation'

/** Totals read at one moment. */
export interface PipelineTotals {
  /** Records ever written to the topic. */
  published: number
  /** Documents in the `logs-*-*` data streams. */
  indexed: number
  /** Records between the end of the topic and the group's committed offsets. */
  lag: number
  deadLetters: number
}

export interface PipelineSample extends PipelineTotals {
  atMs: number
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** Rates are taken over the whole window of samples, so that the line does not jitter. */
export function statusLine(samples: readonly PipelineSample[], upMs: number): string {
  const last = samples.at(-1)
  if (last === undefined) return 'waiting for the first figures'
  const first = samples[0] ?? last
  return [
    `${rate(first.published, last.published, last.atMs - first.atMs)} in`,
    `${rate(first.indexed, last.indexed, last.atMs - first.atMs)} indexed`,
    `${whole.format(last.indexed)} documents`,
    `lag ${whole.format(last.lag)}`,
    `dead letters ${whole.format(last.deadLetters)}`,
    `up ${duration(upMs)}`,
  ].join(' · ')
}

function rate(before: number, after: number, elapsedMs: number): string {
  const perSecond = elapsedMs <= 0 ? 0 : Math.max(0, after - before) / (elapsedMs / 1000)
  return `${(perSecond < 10 ? oneDigit : whole).format(perSecond)}/s`
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

export interface StatusOptions {
  clock: Clock
  read(): Promise<PipelineTotals>
  /** A terminal gets one line that is written again and again; anything else a line now and then. */
  terminal: boolean
  write(text: string): void
  /** Default 1000 on a terminal, 10000 elsewhere. Unit: ms. */
  intervalMs?: number
}

/** Rates cover this much of the past, or the last two samples where they are further apart. */
const windowMs = 10_000

/** Shows the line until the signal is aborted. A reading that fails is shown as such, and tried again. */
export async function showStatus(options: StatusOptions, signal: AbortSignal): Promise<void> {
  const { clock, terminal } = options
  const startedAt = clock.monotonicMs()
  const intervalMs = options.intervalMs ?? (terminal ? 1000 : 10_000)
  const samples: PipelineSample[] = []
  while (!signal.aborted) {
    const line = await nextLine(options, samples, startedAt)
    if (signal.aborted) break
    options.write(terminal ? `\r\u001B[2K${line}` : `${line}\n`)
    await clock.sleep(intervalMs, signal)
  }
  if (terminal) options.write('\r\u001B[2K')
}

async function nextLine(
  options: StatusOptions,
  samples: PipelineSample[],
  startedAt: number,
): Promise<string> {
  try {
    samples.push({ ...(await options.read()), atMs: options.clock.monotonicMs() })
    const since = options.clock.monotonicMs() - windowMs
    while (samples.length > 2 && samples[0]!.atMs < since) samples.shift()
    return statusLine(samples, options.clock.monotonicMs() - startedAt)
  } catch {
    return `${statusLine(samples, options.clock.monotonicMs() - startedAt)} · figures not to be had now, trying again`
  }
}
