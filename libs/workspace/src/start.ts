// `npm start`: the whole pipeline on this machine until Ctrl-C.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, errorText, systemClock } from '@millrace/foundation'
import { LocalStackError } from '@millrace/local-stack'
import { Pipeline } from './pipeline.ts'
import { parseStartOptions, startHelp, type StartOptions } from './start-options.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
/** npm passes Ctrl-C on although the terminal has delivered it already: signals this close together are one. */
const sameSignalMs = 1500

function readOptions(): StartOptions {
  try {
    return parseStartOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`millrace: ${errorText(error)}\n`)
    return process.exit(2)
  }
}

/** What this command has for the person who reads the error. */
function advice(error: unknown): string {
  if (!(error instanceof LocalStackError)) return ''
  if (error.code === 'MILLRACE_STACK_PORT_TAKEN') {
    return ' (npm start -- --kafka-port N, --elasticsearch-port N)'
  }
  return error.code === 'MILLRACE_STACK_DIRECTORY' ? ' (npm start -- --fresh begins anew)' : ''
}

const options = readOptions()
if (options.help) {
  process.stdout.write(startHelp)
  process.exit(0)
}

const stop = new AbortController()
const pipeline = new Pipeline({ root, options, signal: stop.signal, environment: process.env })
let firstSignalAt: number | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const now = systemClock.monotonicMs()
    if (firstSignalAt === undefined) {
      firstSignalAt = now
      stop.abort()
    } else if (now - firstSignalAt > sameSignalMs) {
      process.stderr.write(
        '\nmillrace: stopping at once; what was in flight is read again at the next start\n',
      )
      pipeline.killAll()
      process.exit(130)
    }
  })
}

try {
  await pipeline.run()
} catch (error) {
  if (!stop.signal.aborted) {
    process.stderr.write(`\nmillrace: ${errorText(error)}${advice(error)}\n`)
    if (!(error instanceof ConfigError || error instanceof LocalStackError)) {
      process.stderr.write(`the logs of all processes are in ${pipeline.logDirectory}\n`)
    }
    process.exitCode = 1
  }
} finally {
  await pipeline.stop()
}
