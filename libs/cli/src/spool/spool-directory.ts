// Which spool a person means: the one that is named, else the one that a transport would take.
import { resolve } from 'node:path'
import { loadConfig } from '@millrace/service'
import { defaultSpoolDirectory } from '@millrace/spool'
import type { CommandContext } from '../context.ts'

/** @throws ConfigError for a variable that nobody knows: a misspelled one would name another directory. */
export function spoolDirectory(
  { environment, directory }: Pick<CommandContext, 'environment' | 'directory'>,
  given?: string,
): string {
  loadConfig({}, environment)
  const named = given ?? (environment['MILLRACE_SPOOL_DIRECTORY'] || undefined)
  return named === undefined ? defaultSpoolDirectory() : resolve(directory, named)
}
