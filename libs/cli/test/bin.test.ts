import { copyFileSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { millrace, startMillrace } from './support/process.ts'

/** Lets the running Node seem to be an old one, in this process only. */
const seemOld = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process.versions, 'node', { value: '20.1.0' })",
  )}`,
]

test('an old Node hands over to the Node that npm installed, with input, arguments and exit code', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-node-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const other = join(folder, 'node')
  try {
    linkSync(process.execPath, other)
  } catch {
    copyFileSync(process.execPath, other)
  }
  const node = [other, ...seemOld]
  const explained = await millrace(['explain'], { node, stdin: 'hello\n' })
  expect(explained.stderr).toBe('')
  expect(JSON.parse(explained.stdout)).toMatchObject({ message: 'hello' })
  expect((await millrace(['nonsense'], { node })).exitCode).toBe(2)
})

test('an old Node without another one says in one line what is needed', async () => {
  const { exitCode, stdout, stderr } = await millrace(['--version'], {
    node: [process.execPath, ...seemOld],
  })
  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' })
  expect(stderr).toMatch(/^millrace needs Node 22\.18 or newer[^\n]*\n$/)
})

test('Ctrl-C in the middle of the input ends explain with 130 and no stack', async () => {
  const run = startMillrace(['explain'], { isStdinOpen: true })
  run.child.stdin?.write('first\n')
  await new Promise<void>((resolve) => {
    run.child.stdout?.once('data', () => resolve())
  })
  run.child.kill('SIGINT')
  expect(await run.ended).toBe(130)
  expect(run.stdout()).toContain('"first"')
  expect(run.stderr()).toBe('')
})
