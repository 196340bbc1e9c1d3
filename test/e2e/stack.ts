// One stack for all end-to-end tests of a run; each test makes its own topics, groups and datasets in it.
import { LocalStackError, startTestStack, type StackEndpoints } from '@millrace/local-stack'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    stack: { kafka: string[]; elasticsearch: string }
  }
}

/**
 * `MILLRACE_TEST_ENDPOINTS='{"kafka":["host:port"],"elasticsearch":"http://…"}'` takes servers that run
 * already; else they are started here, of the kind that `MILLRACE_TEST_STACK` names.
 */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | void> {
  const running = process.env['MILLRACE_TEST_ENDPOINTS']
  if (running !== undefined && running !== '') {
    project.provide('stack', JSON.parse(running) as StackEndpoints)
    return
  }
  try {
    const stack = await startTestStack({
      elasticsearch: { kql: true },
      onProgress: (text) => project.vitest.logger.log(text),
    })
    project.provide('stack', stack.endpoints)
    return () => stack.stop()
  } catch (error) {
    // The message says what to do; vitest would print it below a stack that helps nobody.
    if (error instanceof LocalStackError) error.stack = error.message
    throw error
  }
}
