// KQL, cut into tokens.

/** A name or a value as it was written. `pieces`: what stands between its wildcards, so one piece for none. */
export interface KqlLiteral {
  readonly kind: 'word' | 'quoted'
  readonly pieces: readonly string[]
  readonly from: number
  /** After its last character. */
  readonly to: number
}

export type KqlToken =
  | { readonly kind: 'mark'; readonly text: string; readonly from: number; readonly to: number }
  | KqlLiteral

/** A query that is no KQL. `from` and `to`: the characters that are meant; `to` is after the last. */
export class KqlError extends Error {
  readonly from: number
  readonly to: number
  /** What was wrong, without the query. */
  readonly problem: string

  constructor(query: string, { from, to }: { from: number; to: number }, problem: string) {
    super(`${problem} at character ${from + 1} of the KQL query ${JSON.stringify(query)}`)
    this.name = 'KqlError'
    this.from = from
    this.to = Math.max(from, to)
    this.problem = problem
  }
}

const keywords = new Set(['and', 'or', 'not'])

/** @throws KqlError for a quote or an escape that has no end. */
export function kqlTokens(query: string): KqlToken[] {
  const tokens: KqlToken[] = []
  let at = 0
  while (at < query.length) {
    const character = query[at]!
    if (/\s/.test(character)) at++
    else if ('(){}:'.includes(character)) {
      tokens.push({ kind: 'mark', text: character, from: at, to: ++at })
    } else if (character === '<' || character === '>') {
      const text = query[at + 1] === '=' ? `${character}=` : character
      tokens.push({ kind: 'mark', text, from: at, to: (at += text.length) })
    } else if (character === '"') at = readQuoted(query, at, tokens)
    else at = readWord(query, at, tokens)
  }
  return tokens
}

function readQuoted(query: string, from: number, tokens: KqlToken[]): number {
  let text = ''
  for (let at = from + 1; at < query.length; at++) {
    if (query[at] === '"') {
      tokens.push({ kind: 'quoted', pieces: [text], from, to: at + 1 })
      return at + 1
    }
    if (query[at] === '\\') at++
    text += query[at] ?? ''
  }
  throw new KqlError(query, { from, to: query.length }, 'a quote that nothing ends')
}

function readWord(query: string, from: number, tokens: KqlToken[]): number {
  const pieces = ['']
  let isEscaped = false
  let at = from
  for (; at < query.length && !/[\s(){}:<>"]/.test(query[at]!); at++) {
    if (query[at] === '*') {
      pieces.push('')
      continue
    }
    if (query[at] === '\\') {
      isEscaped = true
      at++
      if (at === query.length) {
        throw new KqlError(query, { from: at - 1, to: at }, 'an escape of nothing')
      }
    }
    pieces[pieces.length - 1] += query[at]!
  }
  const word = pieces.join('*').toLowerCase()
  const isKeyword = keywords.has(word) && !isEscaped
  tokens.push(
    isKeyword ? { kind: 'mark', text: word, from, to: at } : { kind: 'word', pieces, from, to: at },
  )
  return at
}
