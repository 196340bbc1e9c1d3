// Where the spool lies: one directory for all transports of a user, so that any of them can send what another left.
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `<temporary directory>/millrace-spool-<user id>`. */
export function defaultSpoolDirectory(): string {
  const uid = process.getuid?.() ?? 'user'
  return join(tmpdir(), `millrace-spool-${uid}`)
}
