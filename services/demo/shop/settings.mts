// Before a program of the shop starts: a MILLRACE_ variable that nobody knows ends it, as it ends the indexer.
import { ConfigError } from '@millrace/foundation'
import { loadConfig } from '@millrace/service'

const exitCodeOfConfiguration = 78

/** The transport reads its settings by itself; a misspelled one would leave it at a default without an error. */
export function refuseMisspelledSettings(environment: NodeJS.ProcessEnv): void {
  try {
    loadConfig({}, environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(exitCodeOfConfiguration)
  }
}
