// What logging through Millrace does to the application when Kafka is a black hole, beside the same application logging to /dev/null.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@millrace/foundation'
import { inspectSpool } from '@millrace/spool'
import type { Destination, ServiceFigures, ServiceOptions } from './programs/logging-service.ts'
import { type Benchmark, median, type Report } from './report.ts'
import { runProgram } from './run-program.ts'

const linesPerSecond = 20_000
const seconds = 30
const rounds = 3
/** What `closeTimeoutMs` is by default, and what pino and Node need to go. */
const exitMaxMs = 9_000
const mebibyte = 1024 * 1024

const destinations: readonly { name: Destination; title: string }[] = [
  { name: 'null-worker', title: '/dev/null (pino/file, worker)' },
  { name: 'file-worker', title: 'a file (pino/file, worker)' },
  { name: 'millrace-worker', title: 'Millrace (pino target, worker)' },
  { name: 'null-main', title: '/dev/null (main thread)' },
  { name: 'millrace-stream', title: 'Millrace (stream, main thread)' },
]

interface Run extends ServiceFigures {
  exitMs: number
  /** Lines that lie in the spool afterwards. */
  spooled: number
}

export const host: Benchmark = {
  name: 'host',
  summary:
    'event-loop delay, memory and exit of a service that logs 20,000 lines/s into a broker that never answers',
  async run({ progress, signal }): Promise<Report> {
    const blackHole = await openBlackHole()
    const runs = new Map<Destination, Run[]>(destinations.map(({ name }) => [name, []]))
    const loads: number[] = []
    try {
      for (let round = 1; round <= rounds; round++) {
        for (const { name, title } of destinations) {
          signal.throwIfAborted()
          progress(`round ${round} of ${rounds}: ${title}`)
          runs.get(name)!.push(await measure(name, blackHole.address, signal))
          loads.push(loadavg()[0]!)
        }
      }
    } finally {
      blackHole.close()
    }
    return reportOf(runs, loads)
  },
}

function reportOf(
  runs: ReadonlyMap<Destination, readonly Run[]>,
  loads: readonly number[],
): Report {
  const row = (name: string, unit: string, pick: (run: Run) => number): Report['measures'][0] => ({
    name,
    unit,
    values: destinations.map((destination) => median(runs.get(destination.name)!.map(pick))),
  })
  const p99 = row('event-loop delay, p99', 'ms', ({ delayP99Ms }) => delayP99Ms)
  const against = (place: number, base: number): number => p99.values[place]! / p99.values[base]!
  return {
    setting: `${linesPerSecond.toLocaleString('en-US')} lines/s of about 210 B for ${seconds} s, then process.exit(); the broker accepts connections and never answers; medians of ${rounds} rounds in turn, each a process of its own`,
    programs: destinations.map(({ title }) => title),
    measures: [
      row('event-loop delay, p50', 'ms', ({ delayP50Ms }) => delayP50Ms),
      p99,
      {
        name: 'p99 against /dev/null in the same thread',
        unit: 'ratio',
        values: [1, against(1, 0), against(2, 0), 1, against(4, 3)],
      },
      row('event-loop delay, longest', 'ms', ({ delayMaxMs }) => delayMaxMs),
      row('lines logged', 'lines/s', ({ lines, tookMs }) => lines / (tookMs / 1000)),
      row('processor time, all threads', 'µs/line', ({ cpuUs, lines }) => cpuUs / lines),
      row(
        'JavaScript heap of the main thread, most',
        'MiB',
        ({ heapMaxBytes }) => heapMaxBytes / mebibyte,
      ),
      row(
        'resident memory, middle half of the run',
        'MiB',
        ({ residentMidBytes }) => residentMidBytes / mebibyte,
      ),
      row(
        'resident memory, last quarter',
        'MiB',
        ({ residentEndBytes }) => residentEndBytes / mebibyte,
      ),
      row('process.exit() until the process is gone', 'ms', ({ exitMs }) => exitMs),
      row('lines on disk afterwards', 'lines', ({ spooled }) => spooled),
    ],
    caveats: [
      'Event-loop delay as perf_hooks.monitorEventLoopDelay reports it with a resolution of 1 ms, which is part of each figure; from before the logger is made until the last line.',
      'The service has one timer every 2 ms that logs what is due, and does nothing else.',
      'Millrace keeps what Kafka does not take: every line logged must be on disk afterwards, or the benchmark fails. /dev/null keeps nothing.',
      `Load of the machine meanwhile (1 minute, this benchmark included): ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`,
    ],
  }
}

async function measure(
  destination: Destination,
  broker: string,
  signal: AbortSignal,
): Promise<Run> {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'millrace-bench-host-'))
  try {
    const brokers = [broker]
    const options: ServiceOptions = {
      destination,
      brokers,
      spoolDirectory,
      linesPerSecond,
      seconds,
    }
    const timeoutMs = (seconds + 60) * 1000
    const run = await runProgram<ServiceFigures>('logging-service.ts', options, {
      signal,
      timeoutMs,
    })
    const { segments } = await inspectSpool(spoolDirectory, { clock: systemClock, signal })
    const spooled = segments.reduce((sum, { lines }) => sum + lines, 0)
    if (destination.startsWith('millrace') && spooled !== run.lines) {
      throw new Error(`${spooled} of ${run.lines} lines are on disk; the figures mean nothing`)
    }
    if (run.exitMs > exitMaxMs) {
      throw new Error(
        `the process took ${Math.round(run.exitMs)} ms to end; at most ${exitMaxMs} would be right`,
      )
    }
    return { ...run, spooled: destination.startsWith('millrace') ? spooled : Number.NaN }
  } finally {
    rmSync(spoolDirectory, { recursive: true, force: true })
  }
}

/** Takes connections and bytes, and never says anything. */
async function openBlackHole(): Promise<{ address: string; close: () => void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.resume()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port was given')
  return {
    address: `127.0.0.1:${address.port}`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
