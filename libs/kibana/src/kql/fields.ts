// KQL, read for the fields that it names: https://www.elastic.co/docs/explore-analyze/query-filter/languages/kql
import { KqlError, type KqlToken, kqlTokens } from './tokens.ts'

/**
 * The fields that a query names, in the order of their first mention; one inside `path: { … }` with its path. A
 * value without a field names none.
 * @throws KqlError when the query is no KQL.
 */
export function kqlFields(query: string): string[] {
  const reader = new KqlReader(query)
  reader.read()
  return [...reader.fields]
}

class KqlReader {
  readonly fields = new Set<string>()
  readonly #query: string
  readonly #tokens: readonly KqlToken[]
  #next = 0

  constructor(query: string) {
    this.#query = query
    this.#tokens = kqlTokens(query)
  }

  read(): void {
    if (this.#tokens.length === 0) return
    this.#alternatives('')
    if (this.#next < this.#tokens.length) this.#fail('an operator was expected')
  }

  /** `or` binds weaker than `and`, and `and` weaker than `not`: for the names alone they are alike. */
  #alternatives(path: string): void {
    do {
      while (this.#takes('not'));
      this.#expression(path)
    } while (this.#takes('or') || this.#takes('and'))
  }

  #expression(path: string): void {
    if (this.#takes('(')) {
      this.#alternatives(path)
      this.#require(')')
      return
    }
    const name = this.#literal()
    if (this.#takes(':')) {
      if (this.#takes('{')) {
        this.#alternatives(`${path}${name}.`)
        this.#require('}')
        return
      }
      this.fields.add(path + name)
      this.#values()
    } else if (['<', '<=', '>', '>='].some((operator) => this.#takes(operator))) {
      this.fields.add(path + name)
      this.#literal()
    }
  }

  #values(): void {
    if (!this.#takes('(')) {
      this.#literal()
      return
    }
    do {
      while (this.#takes('not'));
      this.#values()
    } while (this.#takes('or') || this.#takes('and'))
    this.#require(')')
  }

  #literal(): string {
    const token = this.#tokens[this.#next]
    if (token === undefined || token.kind === 'mark') this.#fail('a field or a value was expected')
    this.#next++
    if (token.kind === 'quoted') return token.text
    const words = [token.text]
    for (;;) {
      const following = this.#tokens[this.#next]
      if (following?.kind !== 'word') return words.join(' ')
      words.push(following.text)
      this.#next++
    }
  }

  #takes(mark: string): boolean {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'mark' || token.text !== mark) return false
    this.#next++
    return true
  }

  #require(mark: string): void {
    if (!this.#takes(mark)) this.#fail(`"${mark}" was expected`)
  }

  #fail(expected: string): never {
    throw new KqlError(this.#query, this.#tokens[this.#next]?.at ?? this.#query.length, expected)
  }
}
