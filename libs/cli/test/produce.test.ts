import { expect, test } from 'vitest'
import { runCommand } from './support/command.ts'

/** Without lines nothing is published, so no broker is asked. */
const produce = (...parameters: string[]) =>
  runCommand(['produce', '--brokers', '127.0.0.1:9', ...parameters])

test.each([
  ['--format', 'ngnix'],
  ['--header', 'format=ngnix'],
])('%s %s is produced with a note that names near formats', async (...parameters) => {
  const { exitCode, stderr } = await produce(...parameters)
  expect(exitCode).toBe(0)
  expect(stderr).toContain('millrace: note: there is no format "ngnix"; did you mean nginx')
  expect(stderr).toContain('Published 0 records')
})

test('a format that there is, by any of its names, needs no note', async () => {
  for (const name of ['nginx', 'access', 'PINO']) {
    expect((await produce('--format', name)).stderr).toMatch(/^Published 0 records[^\n]*\n$/)
  }
})
