// Before the servers: where a JDK and Maven are looked for, as a person's shell would.
import type { Environment } from './options.ts'

/** This process's environment, for callers that pass none. */
export function processEnvironment(): Environment {
  // oxlint-disable-next-line no-process-env -- the one place of this package that reads it
  return process.env
}
