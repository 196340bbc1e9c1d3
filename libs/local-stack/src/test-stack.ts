// For tests: the stack of the kind that the environment names.
import { processEnvironment } from './environment.ts'
import { LocalStackError } from './errors.ts'
import { startLocalStack } from './local-stack.ts'
import type { LocalStack, LocalStackOptions } from './options.ts'

/**
 * `MILLRACE_TEST_STACK`: `local` (the default) runs the servers as processes of this machine,
 * `testcontainers` in containers. Throws `LocalStackError` as `startLocalStack` does.
 */
export async function startTestStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { environment = processEnvironment() } = options
  const kind = environment['MILLRACE_TEST_STACK'] || 'local'
  if (kind === 'local') return startLocalStack(options)
  if (kind === 'testcontainers') {
    // Loaded only here: it is large, and of no use without an engine.
    const { startContainerStack } = await import('./container-stack.ts')
    return startContainerStack(options)
  }
  throw new LocalStackError(
    'MILLRACE_STACK_UNSUPPORTED',
    `MILLRACE_TEST_STACK must be local or testcontainers, got ${JSON.stringify(kind)}.`,
  )
}
