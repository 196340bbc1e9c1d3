// The start of the command: the only place here that reads the process and ends it.
import { systemClock, systemRandom } from '@millrace/foundation'
import { Output } from './output.ts'
import { runMillrace } from './program.ts'

const stopping = new AbortController()
const output = new Output({
  stdout: process.stdout,
  stderr: process.stderr,
  // `millrace tail | head`: the reader has enough.
  onReaderGone: () => stopping.abort(),
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second one means it.
    if (stopping.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    stopping.abort()
  })
}

const exitCode = await runMillrace(process.argv.slice(2), {
  // oxlint-disable-next-line no-process-env -- this file is the one reader of the environment
  environment: process.env,
  directory: process.cwd(),
  stdin: process.stdin,
  output,
  signal: stopping.signal,
  clock: systemClock,
  random: systemRandom,
})
await output.flush()
process.exit(exitCode)
