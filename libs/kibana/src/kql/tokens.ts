// KQL, cut into tokens.

export type KqlToken =
  | { readonly kind: 'mark'; readonly text: string; readonly at: number }
  /** Words that stand beside each other are one value, as Kibana reads them. */
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number }

/** A query that is no KQL. `at` is the index of the character. */
export class KqlError extends Error {
  readonly at: number

  constructor(query: string, at: number, expected: string) {
    super(`${expected} at character ${at + 1} of the KQL query ${JSON.stringify(query)}`)
    this.name = 'KqlError'
    this.at = at
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
    else if ('(){}:'.includes(character)) tokens.push({ kind: 'mark', text: character, at: at++ })
    else if (character === '<' || character === '>') {
      const text = query[at + 1] === '=' ? `${character}=` : character
      tokens.push({ kind: 'mark', text, at })
      at += text.length
    } else if (character === '"') at = readQuoted(query, at, tokens)
    else at = readWord(query, at, tokens)
  }
  return tokens
}

function readQuoted(query: string, from: number, tokens: KqlToken[]): number {
  let text = ''
  for (let at = from + 1; at < query.length; at++) {
    if (query[at] === '"') {
      tokens.push({ kind: 'quoted', text, at: from })
      return at + 1
    }
    if (query[at] === '\\') at++
    text += query[at] ?? ''
  }
  throw new KqlError(query, from, 'a quote that nothing ends')
}

function readWord(query: string, from: number, tokens: KqlToken[]): number {
  let text = ''
  let isEscaped = false
  let at = from
  for (; at < query.length && !/[\s(){}:<>"]/.test(query[at]!); at++) {
    if (query[at] === '\\') {
      isEscaped = true
      at++
      if (at === query.length) throw new KqlError(query, at - 1, 'an escape of nothing')
    }
    text += query[at]!
  }
  const word = text.toLowerCase()
  const isKeyword = keywords.has(word) && !isEscaped
  tokens.push(isKeyword ? { kind: 'mark', text: word, at: from } : { kind: 'word', text, at: from })
  return at
}
