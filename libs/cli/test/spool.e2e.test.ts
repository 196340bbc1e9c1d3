import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeLedger, decodeSourceFacts, headerName } from '@millrace/envelope'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import { recordsOf } from '../../../test/e2e/support/records.ts'
import { millrace } from './support/process.ts'
import { leaveLines, spoolFolder } from './support/spooled.ts'

async function ownTopic(configuration: Record<string, string> = {}): Promise<string> {
  const topic = `cli-spool-${randomBytes(4).toString('hex')}`
  const brokers = [...inject('stack').kafka]
  const administration = createAdministration(kafkaSettings.parse({ brokers }))
  await administration.createTopic({ topic, partitions: 2, configuration })
  onTestFinished(async () => {
    await administration.deleteTopics([topic])
    await administration.close()
  })
  return topic
}

const facts = (headers: Readonly<Record<string, Uint8Array | undefined>>) =>
  decodeSourceFacts(headers[headerName]!)

test('resend publishes what dead processes left, once, with a last ledger for each that names what is damaged', async () => {
  const topic = await ownTopic()
  const directory = spoolFolder()
  const texts = Array.from({ length: 2500 }, (_, index) => `line ${index + 1}`)
  const brokers = [...inject('stack').kafka]
  const { instance, writer } = await leaveLines(directory, { topic, brokers, texts })
  await writer.close()
  const path = join(directory, readdirSync(directory)[0]!)
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)

  const run = await millrace(['spool', 'resend', directory])
  expect(run).toMatchObject({ exitCode: 1 })
  expect(run.stdout).toMatch(/^Sent 2,499 records from 1 segment of 1 instance\.\n/)
  expect(run.stdout).toContain('1 line with them: 2500')
  const again = await millrace(['spool', 'resend', directory, '--json'])
  expect(again).toMatchObject({ exitCode: 0, stderr: '' })
  expect(JSON.parse(again.stdout)).toMatchObject({ directory, records: 0, left: [] })

  const records = await recordsOf(topic, 2500)
  const sent = records.filter(({ headers }) => facts(headers)?.kind === undefined)
  expect(sent).toHaveLength(2499)
  const values = new Map(
    sent.map(({ key, value }) => [Buffer.from(key!).toString(), Buffer.from(value!).toString()]),
  )
  expect(values.size).toBe(2499)
  expect(values.get(`${instance}-00000001`)).toBe('line 1')
  expect(facts(sent[0]!.headers)).toEqual({ 'service.name': 'orders', resent: true })
  const ledgers = records.filter(({ headers }) => facts(headers)?.kind === 'ledger')
  expect(ledgers).toHaveLength(1)
  const ledger = decodeLedger(ledgers[0]!.value!)!
  expect(ledger).toMatchObject({ instance, isClosed: true, issued: 2500, published: 2499 })
  expect(String(ledger.droppedRanges['spool-damaged'])).toBe('2500')
})

test('--brokers sends lines to others than those they were meant for', async () => {
  const topic = await ownTopic()
  const directory = spoolFolder()
  const { writer } = await leaveLines(directory, { topic, brokers: ['192.0.2.1:9'], texts: ['a'] })
  await writer.close()
  const brokers = inject('stack').kafka.join(',')
  const run = await millrace(['spool', 'resend', directory, '--brokers', brokers])
  expect(run).toMatchObject({ exitCode: 0 })
  expect(await recordsOf(topic, 2)).toHaveLength(2)
  expect(readdirSync(directory)).toEqual([])
})

test('a line that the topic refuses stays in the spool with all that follow it, and is named', async () => {
  const topic = await ownTopic({ 'max.message.bytes': '2000' })
  const directory = spoolFolder()
  const brokers = [...inject('stack').kafka]
  const noise = randomBytes(4000).toString('base64')
  const texts = ['a', noise, 'c']
  const { instance, writer } = await leaveLines(directory, { topic, brokers, texts })
  await writer.close()
  const run = await millrace(['spool', 'resend', directory])
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toContain('1 segment left:')
  expect(run.stdout).toContain(`record ${instance}-00000002: `)
  expect((await millrace(['spool', 'inspect', directory])).stdout).toContain('3 lines')
  expect(await recordsOf(topic, 1)).toHaveLength(1)
})
