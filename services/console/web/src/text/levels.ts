// The levels in the order in which people look for them.
import type { Level } from '../../../server/api.mts'

/** Worst first; `none` is what has no level. */
export const levelsDown: readonly (Level | 'none')[] = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'none',
]

/** A level, or undefined for anything else that an address may say. */
export function levelOf(text: string | null): Level | undefined {
  return levelsDown.find((level) => level !== 'none' && level === text) as Level | undefined
}
