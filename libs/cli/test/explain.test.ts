import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from './support/command.ts'

const parsed = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('each line becomes a document, in order, whatever its bytes', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain'], {
    stdin: [
      '{"level":50,"time":1767323045678,"name":"orders","msg":"no stock"}\nplain te',
      'xt\n',
      Buffer.from([0x62, 0xff, 0x61, 0x00, 0x64, 0x0a]),
      '{"broken":\n',
      '{"level":30,"time":1767323045679,"msg":"last, without a line end"}',
    ],
  })
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  const documents = parsed(stdout)
  expect(documents.map(({ message }) => message)).toEqual([
    'no stock',
    'plain text',
    expect.stringContaining('b'),
    expect.stringContaining('{"broken":'),
    'last, without a line end',
  ])
  expect(documents[0]).toMatchObject({
    '@timestamp': '2026-01-02T03:04:05.678Z',
    log: { level: 'error', logger: 'orders' },
    service: { name: 'orders' },
    data_stream: { type: 'logs', dataset: 'app', namespace: 'default' },
  })
  expect(new Set(documents.map(({ event }) => (event as { id: string }).id)).size).toBe(5)
})

test('a line that would be a dead letter is named on standard error, and the rest goes on', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain'], { stdin: ['\nafter\n'] })
  expect(exitCode).toBe(0)
  expect(parsed(stdout).at(-1)).toMatchObject({ message: 'after' })
  expect(parsed(stdout).length + stderr.split('\n').filter(Boolean).length).toBe(2)
})

test('a line separator inside a line stays inside one line of output', async () => {
  const { stdout } = await runCommand(['explain'], { stdin: ['one\u2028two\u0085three\n'] })
  expect(stdout).not.toMatch(/[\u0085\u2028]/)
  expect(parsed(stdout)[0]).toMatchObject({ message: 'one\u2028two\u0085three' })
})

test('--format decides in place of the content', async () => {
  const line = '{"level":30,"time":1767323045678,"msg":"m"}\n'
  const { stdout } = await runCommand(['explain', '--format', 'text'], { stdin: [line] })
  expect(parsed(stdout)[0]).toMatchObject({ message: line.trim(), millrace: { format: 'text' } })
})

test.each([
  [['--format', 'nope'], 'there is no format "nope"; known are otlp, '],
  [['--format', 'pinno'], 'there is no format "pinno"; did you mean pino?'],
  [['--format', 'ngin', '--records'], 'did you mean nginx'],
])(
  '%j is refused before a line is read, with the names that would be right',
  async (parameters, words) => {
    const run = await runCommand(['explain', ...parameters], { stdin: ['{"level":30}\n'] })
    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toContain(`millrace: --format: `)
    expect(run.stderr).toContain(words)
  },
)

test('--format takes names and near names of formats that MILLRACE_FORMATS adds', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-explain-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const format = `{ name: 'stars', aliases: ['starry'], shape: 'text', signature: 'stars',
    recognize: () => ({}), normalize: (line, draft) => draft.put('message', 'starred') }`
  writeFileSync(join(directory, 'stars.mjs'), `export default ${format}\n`)
  const explain = (name: string) =>
    runCommand(['explain', '--format', name], {
      stdin: ['* *\n'],
      directory,
      environment: { MILLRACE_FORMATS: './stars.mjs' },
    })
  const well = await explain('Starry')
  expect(well).toMatchObject({ exitCode: 0, stderr: '' })
  expect(parsed(well.stdout)[0]).toMatchObject({ millrace: { format: 'stars' } })
  const misspelled = await explain('starz')
  expect(misspelled.exitCode).toBe(2)
  expect(misspelled.stderr).toContain('did you mean stars')
})

test('--records answers every line with one line, in order', async () => {
  const lines = [
    '{"value":"hello","receivedAt":"2026-01-02T03:04:05.678Z","timestamp":1767323045000}',
    '{"valueBase64":"/wA="}',
    'not json',
    '{"value":"x","headers":{"millrace":"{broken"}}',
    '{"value":null}',
    '',
    '{"value":"{\\"level\\":30,\\"msg\\":\\"with header\\"}","headers":{"millrace":"{\\"v\\":1,\\"format\\":\\"pino\\",\\"service.name\\":\\"orders\\"}"},"key":"01jga4ry8z0000000-00000001"}',
  ]
  const { exitCode, stdout } = await runCommand(['explain', '--records'], {
    stdin: [lines.join('\n')],
  })
  expect(exitCode).toBe(0)
  const answers = parsed(stdout)
  expect(answers).toHaveLength(lines.length)
  expect(answers[0]).toEqual({
    documents: [
      expect.objectContaining({
        message: 'hello',
        '@timestamp': expect.stringMatching(/^2026-01-02T03:04:05\.[06]/),
        event: expect.objectContaining({
          created: '2026-01-02T03:04:05.000Z',
          ingested: '2026-01-02T03:04:05.678Z',
        }),
      }),
    ],
    deadLetters: [],
  })
  expect(answers[1]!['documents']).toHaveLength(1)
  for (const index of [2, 5]) {
    expect(answers[index], lines[index]).toEqual({
      documents: [],
      deadLetters: [{ reason: 'the line is not JSON' }],
    })
  }
  for (const index of [3, 4]) {
    expect(answers[index], lines[index]).toEqual({
      documents: [],
      deadLetters: [
        { reason: expect.stringMatching(/.+/), code: expect.stringMatching(/^MILLRACE_/) },
      ],
    })
  }
  expect(answers[6]).toMatchObject({
    documents: [{ message: 'with header', service: { name: 'orders' } }],
    deadLetters: [],
  })
})

test('--verbose says which rule recognized a line and where each field came from', async () => {
  const lines = [
    '{"level":50,"time":1767323045678,"name":"orders","msg":"no stock","err":{"message":"m","errno":5}}',
    'plain ERROR text \u001b[31m',
  ]
  const { stdout } = await runCommand(['explain', '--verbose'], {
    stdin: [`${lines.join('\n')}\n`],
  })
  expect(stdout).toMatch(/^line 1: pino \(rule \d+ of \d+: .+\)$/m)
  expect(stdout).toMatch(/^ {2}@timestamp +2026-01-02T03:04:05\.678Z +from time$/m)
  expect(stdout).toMatch(/^ {2}log\.logger +orders +from name$/m)
  expect(stdout).toMatch(/^ {2}attributes\.error\.errno +5 +from err$/m)
  expect(stdout).toMatch(/^line 2: text \(rule (\d+) of \1: .+\)$/m)
  expect(stdout).toMatch(/^ {2}log\.level +error +the text of the line$/m)
  expect(stdout).not.toContain('\u001b')
  const documents = stdout.split('\n').filter((line) => line.startsWith('{'))
  expect(documents.map((text) => JSON.parse(text).message)).toEqual([
    'no stock',
    'plain ERROR text ',
  ])
})

test('--verbose is refused beside --records', async () => {
  const { exitCode, stderr } = await runCommand(['explain', '--verbose', '--records'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('give one of them')
})
