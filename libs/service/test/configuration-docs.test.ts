import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configurationDocs, configurationPage } from '../scripts/generate-configuration-docs.ts'

test('docs/configuration.md says what the declarations say', async () => {
  // When this fails: node libs/service/scripts/generate-configuration-docs.ts
  expect(readFileSync(configurationPage, 'utf8')).toBe(await configurationDocs())
})
