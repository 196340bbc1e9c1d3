// Runs every fixture of every format through the normalizer that the indexer runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { formatNames, RecordNormalizer, type SourceRecord } from '@millrace/formats'
import { describe, expect, test } from 'vitest'
import { documentProblems } from './support/document-problems.ts'

const root = new URL('./fixtures/formats/', import.meta.url)
const receivedAt = '2026-01-02T03:04:05.678Z'

/** What a case may change: `<case>.envelope.json`. */
interface Envelope {
  headers?: Record<string, unknown>
  key?: string
  /** Epoch ms. */
  timestamp?: number
  receivedAt?: string
  timeZone?: string
}

function readCase(folder: URL, file: string): { records: SourceRecord[]; envelope: Envelope } {
  const bytes = readFileSync(new URL(file, folder))
  const envelopeFile = new URL(`${caseName(file)}.envelope.json`, folder)
  const envelope = existsSync(envelopeFile)
    ? (JSON.parse(readFileSync(envelopeFile, 'utf8')) as Envelope)
    : {}
  const headers: Record<string, Uint8Array> = {}
  for (const [name, value] of Object.entries(envelope.headers ?? {})) {
    headers[name] = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  }
  const lines = file.endsWith('.bin') ? [bytes] : splitLines(bytes)
  const records = lines.map((value, offset) => ({
    topic: 'logs',
    partition: 0,
    offset,
    // Absent and not positive both mean unknown.
    timestampMs: envelope.timestamp ?? 0,
    key: envelope.key === undefined ? null : Buffer.from(envelope.key),
    value,
    headers,
  }))
  return { records, envelope }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

function caseName(file: string): string {
  return file.slice(0, file.lastIndexOf('.'))
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]))
}

const folders = readdirSync(root).sort()

test('every registered format has fixtures typical, malformed and limits', () => {
  expect(formatNames.filter((name) => !folders.includes(name))).toEqual([])
  for (const folder of folders) {
    const files = readdirSync(new URL(`${folder}/`, root))
    const cases = new Set(files.filter((file) => /\.(log|bin)$/.test(file)).map(caseName))
    for (const name of ['typical', 'malformed', 'limits']) {
      expect(cases, `test/fixtures/formats/${folder}`).toContain(name)
    }
  }
})

for (const folderName of folders) {
  const folder = new URL(`${folderName}/`, root)
  const files = readdirSync(folder).filter((file) => /\.(log|bin)$/.test(file))
  describe(`the ${folderName} format`, () => {
    test.each(files)(
      'turns %s into the expected documents, each fit for the template',
      async (file) => {
        const { records, envelope } = readCase(folder, file)
        const normalizer = new RecordNormalizer({
          clusterId: 'fixtures',
          ...(envelope.timeZone !== undefined && { timeZone: envelope.timeZone }),
        })
        const lines: string[] = []
        for (const record of records) {
          const outcome = normalizer.normalize(
            record,
            Date.parse(envelope.receivedAt ?? receivedAt),
          )
          for (const { document } of outcome.events) {
            expect(documentProblems(document)).toEqual([])
            lines.push(JSON.stringify(sortKeys(document)))
          }
          for (const { code } of outcome.rejections) lines.push(JSON.stringify({ rejected: code }))
        }
        const expected = new URL(`${caseName(file)}.expected.ndjson`, folder)
        await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(expected.pathname)
      },
    )
  })
}
