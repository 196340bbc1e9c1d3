// The in-process way: for bundled applications, winston, bunyan and whatever else writes lines.
import { misspelledVariables } from './environment.ts'
import { type Host, systemHost } from './host.ts'
import { readOptions } from './options.ts'
import type { StreamOptions } from './settings.ts'
import { MillraceStream } from './stream.ts'

/**
 * A Writable of lines that runs in the caller's own thread. Flushes when the process ends by itself; before
 * `process.exit()` call `await stream.close()`.
 * @throws ConfigError at once for wrong options, naming each; nothing else is ever thrown.
 */
export function createMillraceStream(options: StreamOptions = {}): MillraceStream {
  return openStream(options, systemHost)
}

/** The same with the edge as an argument. */
export function openStream(options: StreamOptions, host: Host): MillraceStream {
  const settings = readOptions({ options, env: host.env, readFile: host.readFile, kind: 'stream' })
  for (const text of misspelledVariables(host.env)) host.note(`millrace: ${text}`)
  const stream = new MillraceStream(settings, host)
  stream.flushAtProcessEnd(host)
  return stream
}
