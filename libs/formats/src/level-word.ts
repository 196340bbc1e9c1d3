// Where a text names its own level: a word that stands as a field, not one of the prose.
import { isLevelWord } from '@millrace/ecs'

/** In brackets, in capitals, or before a colon: three ways in which a level stands as a field. */
const levelField =
  /\[ {0,8}([A-Za-z]{3,13}) {0,8}\]|(?<![\w.-])([A-Z]{3,13})(?![\w.-])|(?<![\w.-])([A-Za-z]{3,13}):/g
/** Level words of some library that are ordinary words in prose. */
const ordinaryWords = new Set(['log', 'http', 'fail', 'fine', 'finer', 'mark', 'success', 'silly'])
/** A level is looked for this far. Unit: characters. */
const levelDistance = 100

/** The first level word of `text` after `from`; undefined when none stands as a field. */
export function findLevelWord(text: string, from = 0): string | undefined {
  const field = text.slice(from, from + levelDistance)
  for (const match of field.matchAll(levelField)) {
    const word = match[1] ?? match[2] ?? match[3] ?? ''
    if (isLevelWord(word) && !ordinaryWords.has(word.toLowerCase())) return word
  }
  return undefined
}
