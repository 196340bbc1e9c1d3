// The example of docs/own-format.md does what the page says, in the normalizer and in `millrace explain`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFormats, RecordNormalizer } from '@millrace/formats'
import { afterAll, expect, test } from 'vitest'
import { documentProblems } from './support/document-problems.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/own-format.md'), 'utf8')
const [, file = '', example = ''] = /```js (\S+)\n(.*?)```/s.exec(page) ?? []
const [, line = ''] = /echo '([^']+)'/.exec(page) ?? []
const folder = mkdtempSync(join(tmpdir(), 'millrace-own-format-'))
writeFileSync(join(folder, file), example)
afterAll(() => rmSync(folder, { recursive: true }))

const expected = {
  '@timestamp': '2026-01-02T03:04:05.000Z',
  message: '17 left of shelf 4',
  log: { level: 'warn', logger: 'stock' },
  event: { original: line },
  attributes: { left: 17 },
  millrace: { format: 'bars' },
}

test('the example reads its line, also by name, and leaves other lines to the built-in formats', async () => {
  const formats = await loadFormats([`./${file}`], folder)
  const normalizer = new RecordNormalizer({ clusterId: 'own', formats })
  const read = (value: string, headers = {}): Record<string, unknown> => {
    const record = { topic: 't', partition: 0, offset: 0, key: null, headers }
    const outcome = normalizer.normalize(
      { ...record, value: Buffer.from(value) },
      1_767_323_045_678,
    )
    expect(documentProblems(outcome.events[0]!.document)).toEqual([])
    return outcome.events[0]!.document
  }
  expect(read(line)).toMatchObject(expected)
  expect(read(line, { format: Buffer.from('bars') })).toMatchObject(expected)
  expect(read('2026-01-02 03:04:05 no bars')).toMatchObject({ millrace: { format: 'text' } })
  expect(read('{"level":30,"time":1,"msg":"x"}')).toMatchObject({ millrace: { format: 'pino' } })
})

test('a format that throws makes a dead letter of its line, and not of the next', async () => {
  const format = {
    name: 'thrower',
    shape: 'text' as const,
    recognize: ({ text }: { text: string }) => (text === 'bad' ? text : undefined),
    normalize: () => {
      throw new Error('on purpose')
    },
  }
  const normalizer = new RecordNormalizer({ clusterId: 'own', formats: [format] })
  const read = (value: string) =>
    normalizer.normalize(
      { topic: 't', partition: 0, offset: 0, key: null, headers: {}, value: Buffer.from(value) },
      1_767_323_045_678,
    )
  expect(read('bad').rejections).toEqual([
    { ok: false, code: 'MILLRACE_NORMALIZE_FAILED', reason: 'on purpose' },
  ])
  expect(read('good').events).toHaveLength(1)
})

test('millrace explain reads with it what MILLRACE_FORMATS names, and says which rule it was', () => {
  const explain = (parameters: string[], formats: string) =>
    spawnSync(
      process.execPath,
      [join(root, 'libs/cli/bin/millrace.mjs'), 'explain', ...parameters],
      {
        cwd: folder,
        input: `${line}\n`,
        env: { ...process.env, MILLRACE_FORMATS: formats },
        encoding: 'utf8',
      },
    )
  const plain = explain([], `./${file}`)
  expect(plain.stderr).toBe('')
  expect(JSON.parse(plain.stdout)).toMatchObject(expected)
  const verbose = explain(['--verbose'], `./${file}`)
  expect(verbose.stdout).toMatch(
    /^line 1: bars \(rule 1 of \d+: `time\|LEVEL\|logger\|message`\)$/m,
  )
  expect(verbose.stdout).toMatch(/^ {2}log\.logger +stock +the text of the line$/m)
  expect(verbose.stdout).toMatch(/^ {2}attributes\.left +17 +from left$/m)
  const missing = explain([], './nowhere.mjs')
  expect(missing.status).toBe(78)
  expect(missing.stderr.trim().split('\n')).toEqual([
    expect.stringContaining('Format ./nowhere.mjs: there is no such file'),
  ])
}, 60_000)
