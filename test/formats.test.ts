// Runs every fixture of every format through the normalizer that the indexer runs.
import { formatNames, RecordNormalizer } from '@millrace/formats'
import { describe, expect, test } from 'vitest'
import { documentProblems } from './support/document-problems.ts'
import {
  caseFiles,
  caseName,
  fixtureFormats,
  fixtures as root,
  readCase,
} from './support/format-fixtures.ts'

const receivedAt = '2026-01-02T03:04:05.678Z'

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]))
}

const folders = fixtureFormats()

test('every registered format has fixtures typical, malformed and limits', () => {
  expect(formatNames.filter((name) => !folders.includes(name))).toEqual([])
  for (const folder of folders) {
    const cases = new Set(caseFiles(folder).map(caseName))
    for (const name of ['typical', 'malformed', 'limits']) {
      expect(cases, `test/fixtures/formats/${folder}`).toContain(name)
    }
  }
})

for (const folderName of folders) {
  const folder = new URL(`${folderName}/`, root)
  const files = caseFiles(folderName)
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
