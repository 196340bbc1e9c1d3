// Redaction by value: patterns that users bring, run by an engine that never backtracks.
import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import type { Find, Finder } from './patterns.ts'

export interface OwnPattern {
  /** In RE2's syntax: that of RegExp without look-around and back references. */
  pattern: string
  /** `i` for any case; `s` where a point is also a line feed. */
  flags?: string | undefined
}

/** More matches in one text than this, and the rest of the text goes as a whole. */
const matchesMax = 1_000
export const ownPatternMaxLength = 1_000

let engine: typeof RE2JS | undefined

/** Loaded by those who use it: 260 KB of JavaScript, about 10 ms. */
function loadEngine(): typeof RE2JS {
  engine ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS
  return engine
}

/** @throws what the engine says of a pattern that it does not know. */
export function ownFinder({ pattern, flags = '' }: OwnPattern): Finder {
  const re2 = loadEngine()
  const ignoresCase = flags.includes('i') ? re2.CASE_INSENSITIVE : 0
  const dotIsAny = flags.includes('s') ? re2.DOTALL : 0
  const compiled = re2.compile(pattern, ignoresCase | dotIsAny)
  const find: Find = (text, found) => {
    if (!compiled.test(text)) return
    const matcher = compiled.matcher(text)
    for (let count = 0; matcher.find(); count++) {
      if (count >= matchesMax) return found(matcher.start(), text.length)
      if (matcher.end() > matcher.start()) found(matcher.start(), matcher.end())
    }
  }
  // The end of a word is the same in one text and in the whole line: quotes are no letters.
  return { find, isAnchored: /[$^]|\\[AzQ]/.test(pattern) }
}

/** What the engine has against a pattern; undefined when nothing. */
export function ownPatternProblem(own: OwnPattern): string | undefined {
  try {
    ownFinder(own)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
