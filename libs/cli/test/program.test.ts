import { expect, test } from 'vitest'
import { runCommand } from './support/command.ts'
import { folderWithRunFile } from './support/run-file.ts'

test('--version prints the version, --help every command with examples', async () => {
  expect(await runCommand(['--version'])).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
  const help = await runCommand(['--help'])
  expect(help.exitCode).toBe(0)
  for (const command of [
    'setup',
    'doctor',
    'tail',
    'explain',
    'produce',
    'topic',
    'dead-letters',
    'spool',
  ]) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    const own = await runCommand([command, '--help'])
    expect(own.exitCode).toBe(0)
    expect(own.stdout).toContain('--brokers')
  }
  expect(help.stdout).toContain('Examples:')
})

test.each([
  [[], 'Usage: millrace'],
  [['taill'], 'Did you mean tail?'],
  [['tail', '--levle', 'warn'], 'Did you mean --level?'],
  [['tail', '--level', 'loud'], 'It must be one of trace, debug, info, warn, error, fatal.'],
  [['tail', '--max', '0'], 'It must be a whole number from 1 to'],
  [['topic', 'create', 'a b'], 'A topic name is 1 to 249 letters'],
  [['topic', 'create'], "missing required argument 'name'"],
  [['produce', '--header', 'x'], 'It must be name=value.'],
  [['setup', '--partitions', '1.5'], 'It must be a whole number from 1 to 10000.'],
] as const)('wrong use %j ends with 2 and says what is right', async (parameters, sentence) => {
  const { exitCode, stdout, stderr } = await runCommand(parameters)
  expect(exitCode).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(sentence)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('a wrong setting ends with 78 and names the option or the variable that it came from', async () => {
  const byOption = await runCommand(['topic', 'list', '--brokers', 'nowhere'])
  expect(byOption.exitCode).toBe(78)
  expect(byOption.stderr).toContain('--brokers is "nowhere"')
  expect(byOption.stderr).not.toContain('MILLRACE_KAFKA_BROKERS')
  const byVariable = await runCommand(['topic', 'list'], {
    environment: { MILLRACE_KAFKA_BROKERS: 'nowhere' },
  })
  expect(byVariable.exitCode).toBe(78)
  expect(byVariable.stderr).toContain('MILLRACE_KAFKA_BROKERS is "nowhere"')
  const unknown = await runCommand(['explain'], { environment: { MILLRACE_KAFKA_BROKER: 'a:1' } })
  expect(unknown.exitCode).toBe(78)
  expect(unknown.stderr).toContain('MILLRACE_KAFKA_BROKERS')
})

test('a running npm start above the working directory says where the brokers are', async () => {
  const directory = folderWithRunFile({ kafka: ['not a broker'] })
  const { exitCode, stderr } = await runCommand(['topic', 'list'], { directory })
  expect(stderr).toContain('from the running npm start')
  expect(stderr).toContain('not a broker')
  expect(exitCode).toBe(78)
})

test('a variable wins over the running npm start', async () => {
  const directory = folderWithRunFile({ kafka: ['not a broker'] })
  const environment = { MILLRACE_KAFKA_BROKERS: 'nowhere' }
  expect((await runCommand(['topic', 'list'], { directory, environment })).stderr).toContain(
    'MILLRACE_KAFKA_BROKERS is "nowhere"',
  )
})
