import { expect, test } from 'vitest'
import { runCommand } from './support/command.ts'

test.each([
  'setup',
  'doctor',
  'tail',
  'explain',
  'produce --topic logs',
  'topic list',
  'audit',
  'dead-letters list',
  'dead-letters show x',
  'dead-letters replay --all',
  'spool inspect',
  'spool resend',
])('%s ends with code 78 on a misspelled variable, and names the nearest one', async (command) => {
  const environment = { MILLRACE_KAFKA_BROKER: 'kafka-1:9092' }
  const { exitCode, stdout, stderr } = await runCommand(command.split(' '), { environment })
  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' })
  expect(stderr).toBe(
    'millrace: One setting is wrong:\n  MILLRACE_KAFKA_BROKER is not a setting of Millrace. Near names: MILLRACE_KAFKA_BROKERS.\n',
  )
})

test('help is given whatever the variables are', async () => {
  const environment = { MILLRACE_KAFKA_BROKER: 'kafka-1:9092' }
  expect((await runCommand(['--help'], { environment })).exitCode).toBe(0)
})
