// The typical lines of a format, as its fixture has them.
import type { SourceRecord } from '@millrace/formats'
import { caseFiles, caseName, fixtures, readCase } from '../../test/support/format-fixtures.ts'

/** @throws Error for a format without such a fixture */
export function typicalRecords(format: string): SourceRecord[] {
  const file = caseFiles(format).find((found) => caseName(found) === 'typical')
  if (file === undefined) throw new Error(`the format ${format} has no fixture "typical"`)
  return readCase(new URL(`${format}/`, fixtures), file).records
}
