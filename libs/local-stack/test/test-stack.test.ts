import { expect, test } from 'vitest'
import { startTestStack } from '../src/index.ts'

test('a kind of stack that does not exist is refused with the kinds that do', async () => {
  const environment = { MILLRACE_TEST_STACK: 'podman' }
  await expect(startTestStack({ environment })).rejects.toMatchObject({
    code: 'MILLRACE_STACK_UNSUPPORTED',
    message: 'MILLRACE_TEST_STACK must be local or testcontainers, got "podman".',
  })
})
