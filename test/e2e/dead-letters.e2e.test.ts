import { randomBytes } from 'node:crypto'
import { encodeLedger, encodeSourceFacts, type Ledger, SequenceRanges } from '@millrace/envelope'
import type { OutgoingRecord } from '@millrace/kafka'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CommandRun, runCommand } from '../../libs/cli/test/support/command.ts'
import {
  letterHeader,
  readDeadLetters,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
  type Worker,
} from '../../services/indexer/test/support/scene.ts'
import { at, countDocuments } from './support/documents.ts'
import { allowWords, type Hit, refuseWords, search } from './support/refusing-stream.ts'
import { until } from './support/until.ts'

const deadLetterStream = 'logs-millrace.dead_letter-default'
const group = 'MILLRACE_BULK_REJECTED document_parsing_exception message'

interface Letters {
  letters: number
  indexed: number
  groups: { group: string; letters: number; indexed: number; attemptsMax: number }[]
}

const toldOf = (scene: Scene): Promise<Hit[]> =>
  search(scene, deadLetterStream, { term: { 'millrace.dead_letter.topic': scene.topic } })

function command(scene: Scene, ...parameters: string[]): Promise<CommandRun> {
  return runCommand(['dead-letters', ...parameters], { environment: scene.environment })
}

async function list(scene: Scene): Promise<Letters> {
  const { exitCode, stdout, stderr } = await command(scene, 'list', '--json')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout) as Letters
}

const instance = (): string => `01jd8q3z5v${randomBytes(3).toString('hex')}`
const pino = (message: string): string =>
  JSON.stringify({ level: 30, time: 1_767_323_044_000, msg: message })

function minted(id: string, line: string, format = 'pino'): OutgoingRecord {
  const millraceHeader = encodeSourceFacts({ format, 'service.name': 'orders' })
  return { key: id, value: line, headers: { millrace: millraceHeader } }
}

async function startScene(): Promise<{ scene: Scene; worker: Worker }> {
  const scene = await setScene()
  await refuseWords(scene)
  const worker = startWorker(scene.environment)
  await untilWorkerReady(worker)
  return { scene, worker }
}

describe('dead letters of several causes', () => {
  let ids: Record<'words' | 'batch', string>
  beforeAll(() => {
    const own = instance()
    ids = { words: `${own}-00000001`, batch: `${own}-00000002` }
  })

  it('are told, listed by cause, shown and replayed, each with one document and its own id in the end', async () => {
    const { scene, worker } = await startScene()
    const { producer, topic } = scene
    const batch = {
      resourceLogs: [
        {
          scopeLogs: [
            { logRecords: ['7', 'words'].map((text) => ({ body: { stringValue: text } })) },
          ],
        },
      ],
    }
    await producer.publish({
      topic,
      records: [
        minted(ids.words, pino('words')),
        minted(`${ids.words.slice(0, -1)}9`, pino('42')),
        minted(ids.batch, JSON.stringify(batch), 'otlp'),
        { key: 'customer-5', value: 'words of another', headers: { service: 'billing' } },
        { key: 'k', value: Uint8Array.of(0xff, 0x00), headers: { millrace: '{broken' } },
        { key: null, value: null },
      ],
    })
    await untilCommitted(scene, worker)
    const letters = await readDeadLetters(scene, 5)
    const foreign = letters.find(({ headers }) => headers['service'] !== undefined)!
    const foreignId = Buffer.from(foreign.key!).toString()
    expect(foreignId).toMatch(/^k[0-9a-f]{12}-\d-\d{16}$/)

    const told = await toldOf(scene)
    expect(told.map(({ _source }) => at(_source, 'event.id')).sort()).toEqual(
      letters.map(({ key }) => Buffer.from(key!).toString()).sort(),
    )
    const first = told.find(({ _source }) => at(_source, 'event.id') === ids.words)!
    expect(first._source).toMatchObject({
      message: expect.stringContaining('failed to parse field [message] of type [long]'),
      event: { kind: 'pipeline_error', original: pino('words') },
      error: { code: 'MILLRACE_BULK_REJECTED', type: 'document_parsing_exception' },
      service: { name: 'orders' },
      millrace: { dead_letter: { group, attempts: 1 } },
    })

    const listed = await list(scene)
    expect(listed).toMatchObject({ letters: 5, indexed: 0 })
    expect(listed.groups[0]).toMatchObject({ group, letters: 3, indexed: 0, attemptsMax: 1 })
    expect(listed.groups.map((each) => each.group).sort()).toEqual([
      group,
      'MILLRACE_DECODE_EMPTY',
      'MILLRACE_DECODE_HEADER',
    ])
    const text = await command(scene, 'list')
    expect(text.stdout).toContain(
      `5 dead letters in ${topic}.dead-letter, 3 causes; 0 of them indexed`,
    )
    expect(text.stdout).toMatch(/3 {2}MILLRACE_BULK_REJECTED document_parsing_exception message\n/)
    expect(text.stdout).toContain('services: billing, orders')

    const shown = await command(scene, 'show', ids.words)
    expect(shown.stdout).toContain(pino('words'))
    expect(shown.stdout).toContain('"service.name":"orders"')
    expect(shown.stdout).toMatch(/indexed +no/)
    expect(shown.stdout).toContain('"message": "words"')
    const ofCause = await command(scene, 'show', '--group', 'MILLRACE_DECODE_HEADER', '--json')
    expect(JSON.parse(ofCause.stdout)).toMatchObject({
      letters: [{ valueBase64: '/wA=', deadLetters: [{ code: 'MILLRACE_DECODE_HEADER' }] }],
    })
    const unknown = await command(scene, 'show', 'nobody')
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' })
    expect(unknown.stderr).toContain('there is no dead letter with the id "nobody"')

    // Replayed too early, they come back with their history.
    const dry = await command(scene, 'replay', '--group', group, '--dry-run')
    expect(dry.stdout).toContain(`Would replay 3 records to topic ${topic}.`)
    expect((await readDeadLetters(scene, 5)).length).toBe(5)
    const early = await command(scene, 'replay', '--group', group, '--json')
    expect(JSON.parse(early.stdout)).toMatchObject({ replayed: 3, skippedIndexed: 0, failed: [] })
    await untilCommitted(scene, worker)
    const again = (await readDeadLetters(scene, 8)).filter(
      (letter) => letterHeader(letter)['attempts'] === 2,
    )
    expect(again.map(({ key }) => Buffer.from(key!).toString()).sort()).toEqual(
      [ids.words, `${ids.batch}.1`, foreignId].sort(),
    )
    for (const letter of again) expect(letterHeader(letter)).toMatchObject({ history: [{ group }] })
    expect(await list(scene)).toMatchObject({ letters: 5, groups: [{ attemptsMax: 2 }, {}, {}] })
    const before = await toldOf(scene)
    expect(before.filter(({ _source }) => at(_source, 'event.id') === ids.words)).toHaveLength(2)

    await allowWords(scene)
    const late = await command(scene, 'replay', '--group', group)
    expect(late).toMatchObject({ exitCode: 0, stderr: '' })
    expect(late.stdout).toContain(`Replayed 3 records to topic ${topic}.`)
    await untilCommitted(scene, worker)
    const expected = [
      ids.words,
      `${ids.words.slice(0, -1)}9`,
      `${ids.batch}.0`,
      `${ids.batch}.1`,
      foreignId,
    ].sort()
    await until('all of them are indexed', async () => {
      return (await countDocuments(scene.elasticsearch, scene.dataStream)) >= expected.length
    })
    expect((await list(scene)).groups.find((each) => each.group === group)).toMatchObject({
      letters: 3,
      indexed: 3,
    })

    // A second time, and by force: nothing becomes double.
    const second = await command(scene, 'replay', '--group', group)
    expect(second.stdout).toContain('Replayed 0 records')
    expect(second.stdout).toContain('left out 3 records that are indexed already')
    const forced = await command(scene, 'replay', '--all', '--force', '--json')
    expect(JSON.parse(forced.stdout)).toMatchObject({ replayed: 5 })
    await untilCommitted(scene, worker)
    const hits = await search(scene, scene.dataStream, { match_all: {} })
    expect(hits.map(({ _id }) => _id).sort()).toEqual(expected)
    const billing = hits.find(({ _id }) => _id === foreignId)!._source
    expect(billing).toMatchObject({ message: 'words of another', agent: { type: 'kafka' } })
    expect(at(billing, 'service.name')).toBe('billing')
  })
})

describe('a wrongly declared format', () => {
  it('is put right by --format, for a record of ours and for one of another producer', async () => {
    const { scene, worker } = await startScene()
    const own = instance()
    await scene.producer.publish({
      topic: scene.topic,
      records: [
        minted(`${own}-00000001`, pino('42'), 'text'),
        { key: null, value: pino('43'), headers: { format: 'text' } },
      ],
    })
    await untilCommitted(scene, worker)
    expect(await list(scene)).toMatchObject({ letters: 2, groups: [{ group }] })
    const wrong = await command(scene, 'replay', '--all', '--format', 'pinot')
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' })
    const replayed = await command(scene, 'replay', '--all', '--format', 'pino')
    expect(replayed.exitCode).toBe(0)
    await untilCommitted(scene, worker)
    await until('both are indexed', async () => {
      return (await countDocuments(scene.elasticsearch, scene.dataStream)) === 2
    })
    const hits = await search(scene, scene.dataStream, { match_all: {} })
    expect(hits.map(({ _source }) => _source['message']).sort()).toEqual(['42', '43'])
    expect(hits.map(({ _source }) => at(_source, 'millrace.format'))).toEqual(['pino', 'pino'])
    expect(await list(scene)).toMatchObject({ letters: 2, indexed: 2 })
  })
})

describe('ledgers', () => {
  it('become documents of their own, once each however often they are read, and a broken one is a dead letter', async () => {
    const { scene, worker } = await startScene()
    const own = instance()
    const ledger: Ledger = {
      instance: own,
      number: 1,
      at: Date.now(),
      issued: 10,
      settled: 10,
      isClosed: false,
      durability: 'overflow',
      published: 9,
      truncated: 0,
      redacted: 0,
      spooled: 0,
      dropped: { 'memory-full': 1 },
      droppedRanges: { 'memory-full': SequenceRanges.of([[4, 4]]) },
      droppedUnidentified: {},
      spooledRanges: new SequenceRanges(),
    }
    const header = encodeSourceFacts({ kind: 'ledger', 'service.name': 'orders' })
    const record = {
      key: `${own}-ledger-00000001`,
      value: encodeLedger(ledger),
      headers: { millrace: header },
    }
    const records = [record, record, { ...record, value: '{"v":1}' }]
    await scene.producer.publish({ topic: scene.topic, records })
    await untilCommitted(scene, worker)
    const hits = await search(scene, 'metrics-millrace.ledger-default', {
      term: { 'millrace.ledger.instance': own },
    })
    expect(hits).toMatchObject([
      {
        _id: record.key,
        _source: {
          service: { name: 'orders' },
          millrace: { ledger: { issued: 10, droppedRanges: { 'memory-full': '4' } } },
        },
      },
    ])
    expect(await list(scene)).toMatchObject({ groups: [{ group: 'MILLRACE_DECODE_LEDGER' }] })
  })
})
