// The pino way: what `pino.transport({ target: '@millrace/transport' })` loads in its worker thread.
import { Writable } from 'node:stream'
import { errorText } from '@millrace/foundation'
import { misspelledVariables } from './environment.ts'
import { type Host, systemHost } from './host.ts'
import { readOptions } from './options.ts'
import type { TargetOptions } from './settings.ts'
import { MillraceStream } from './stream.ts'

/**
 * Called by pino in the worker, with the `options` of the transport. Wrong options reach the application as
 * the transport's `error` event and, at once, standard error as one line.
 */
export default function millraceTarget(options: TargetOptions): Writable {
  return openTarget(options, systemHost)
}

/** The same with the edge as an argument. */
export function openTarget(options: TargetOptions, host: Host): Writable {
  try {
    const settings = readOptions({
      options,
      env: host.env,
      readFile: host.readFile,
      kind: 'target',
    })
    for (const text of misspelledVariables(host.env)) host.note(`millrace: ${text}`)
    return new MillraceStream(settings, host)
  } catch (error) {
    host.note(`millrace: ${errorText(error)}`)
    return failedStream(error as Error)
  }
}

/**
 * thread-stream learns of a failure in two ways. When the target throws, the worker exits without marking the
 * shared ring, and a main thread that is already in its exit handler waits 10 s for a reader that is gone.
 * When the stream fails, the ring is marked and the main thread goes on at once. So the stream fails.
 */
function failedStream(error: Error): Writable {
  const stream = new Writable({ write: (_chunk, _encoding, callback) => callback() })
  // The event comes with the next tick, when thread-stream listens, and reaches the main thread with its READY.
  stream.destroy(error)
  return stream
}
