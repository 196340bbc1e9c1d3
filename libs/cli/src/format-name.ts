// `--format`: a name that a person typed, held against the formats that there are.
import type { FormatList } from '@millrace/formats'
import { nearestNames } from '@millrace/service'
import { shortened, singleLine } from './terminal-text.ts'

/** What is wrong with a format's name, and what would be right; undefined when there is such a format. */
export function formatNameProblem(name: string, formats: FormatList): string | undefined {
  if (formats.find(name) !== undefined) return undefined
  const names = formats.all.flatMap((format) => [format.name, ...(format.aliases ?? [])])
  const lower = name.trim().toLowerCase()
  // Names are short: with another first letter, three changed ones make another name.
  const near = nearestNames(lower, names).filter((known) => known[0] === lower[0])
  const right =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : `known are ${formats.all.map((format) => format.name).join(', ')}`
  const shown = JSON.stringify(shortened(singleLine(name), 80))
  const own = 'formats of your own: MILLRACE_FORMATS'
  return `there is no format ${shown}; ${right} (${own})`
}
