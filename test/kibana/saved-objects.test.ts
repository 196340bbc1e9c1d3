import { readFileSync } from 'node:fs'
import { damagedDropReason } from '@millrace/spool'
import { expect, test } from 'vitest'
import { ndjson, ndjsonFile, savedObjects } from '../../kibana/objects/all.ts'
import { dropReasonFields } from '../../libs/elastic/src/templates/metrics.ts'
import { dropReasons } from '../../libs/transport/src/settings.ts'

const folder = new URL('../../kibana/', import.meta.url)

test('kibana/millrace.ndjson is what its sources say', () => {
  const message = 'kibana/millrace.ndjson is not what kibana/objects make: npm run docs'
  expect(readFileSync(ndjsonFile, 'utf8') === ndjson(), message).toBe(true)
})

test('kibana/README.md lists every saved object by its id and title', () => {
  const text = readFileSync(new URL('README.md', folder), 'utf8')
  for (const { id, attributes } of savedObjects) {
    expect(text).toContain(`\`${id}\``)
    expect(text).toContain((attributes['name'] ?? attributes['title']) as string)
  }
})

test('the dashboard shows each reason for which a transport drops lines', () => {
  const reasons = [...dropReasons, damagedDropReason]
  expect([...dropReasonFields].toSorted()).toEqual(reasons.toSorted())
  for (const reason of reasons) {
    expect(ndjson()).toContain(`millrace.ledger.dropped.${reason}`)
  }
})
