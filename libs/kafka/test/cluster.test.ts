import { expect, test } from 'vitest'
import { DeadlineError } from '../src/cluster.ts'

test('a missed deadline is told in whole milliseconds, however it was reckoned', () => {
  const { message } = new DeadlineError('asking for metadata', 50.271346000023186)
  expect(message).toBe('asking for metadata took longer than 50 ms')
})
