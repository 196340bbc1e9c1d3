// A command that ends by itself: quiet when it works, its own words when it fails.
import { execFile } from 'node:child_process'
import { ConfigError } from '@millrace/foundation'

const outputMaxBytes = 1024 * 1024

/** @throws ConfigError with the command's standard error when it ends with another code than 0. */
export function runCommand(
  program: string,
  parameters: readonly string[],
  options: { environment: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const { environment, signal } = options
  return new Promise((resolve, reject) => {
    execFile(
      program,
      parameters,
      { env: environment, signal, maxBuffer: outputMaxBytes },
      (error, _stdout, stderr) => {
        if (error === null) return resolve()
        const words = stderr.trim() === '' ? error.message : stderr.trim()
        reject(new ConfigError('MILLRACE_CONFIG_VALUE', words, { cause: error }))
      },
    )
  })
}
