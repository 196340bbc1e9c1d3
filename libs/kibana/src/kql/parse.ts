// KQL, read into a tree: https://www.elastic.co/docs/explore-analyze/query-filter/languages/kql
import { KqlError, type KqlLiteral, type KqlToken, kqlTokens } from './tokens.ts'

export type KqlNode =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly part: KqlNode }
  /** `value` anywhere, where there is no field. */
  | { readonly kind: 'is'; readonly field?: KqlLiteral; readonly value: KqlLiteral }
  | {
      readonly kind: 'range'
      readonly field: KqlLiteral
      readonly operator: KqlOperator
      readonly value: KqlLiteral
    }

export type KqlOperator = (typeof operators)[number]

const operators = ['<', '<=', '>', '>='] as const
/** Deeper than any person writes, and far from the end of the stack. */
const depthMax = 100

/** `or` binds weaker than `and`, and `and` weaker than `not`. @throws KqlError when the query is no KQL. */
export function parseKql(query: string): KqlNode {
  return new KqlParser(query).read()
}

/** The text of a name or a value, with `*` for its wildcards. */
export function literalText({ pieces }: KqlLiteral): string {
  return pieces.join('*')
}

class KqlParser {
  readonly #query: string
  readonly #tokens: readonly KqlToken[]
  #next = 0
  #depth = 0

  constructor(query: string) {
    this.#query = query
    this.#tokens = kqlTokens(query)
  }

  read(): KqlNode {
    if (this.#tokens.length === 0) return { kind: 'all' }
    const node = this.#deeper(() => this.#alternatives((prefix) => this.#expression(prefix), ''))
    if (this.#next < this.#tokens.length) this.#fail('an operator was expected')
    return node
  }

  #alternatives(read: (prefix: string) => KqlNode, prefix: string): KqlNode {
    const parts = [this.#conjunction(read, prefix)]
    while (this.#takes('or')) parts.push(this.#conjunction(read, prefix))
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  #conjunction(read: (prefix: string) => KqlNode, prefix: string): KqlNode {
    const parts = [this.#negation(read, prefix)]
    while (this.#takes('and')) parts.push(this.#negation(read, prefix))
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  #negation(read: (prefix: string) => KqlNode, prefix: string): KqlNode {
    if (!this.#takes('not')) return read(prefix)
    return { kind: 'not', part: this.#deeper(() => this.#negation(read, prefix)) }
  }

  #expression(prefix: string): KqlNode {
    if (this.#takes('(')) return this.#within(')', (each) => this.#expression(each), prefix)
    const literal = this.#literal()
    if (this.#takes(':')) {
      if (this.#takes('{')) {
        const inner = `${prefix}${literalText(literal)}.`
        return this.#within('}', (each) => this.#expression(each), inner)
      }
      return this.#values(prefixed(prefix, literal))
    }
    const operator = operators.find((each) => this.#takes(each))
    if (operator === undefined) return { kind: 'is', value: literal }
    return { kind: 'range', field: prefixed(prefix, literal), operator, value: this.#literal() }
  }

  #values(field: KqlLiteral): KqlNode {
    if (!this.#takes('(')) return { kind: 'is', field, value: this.#literal() }
    return this.#within(')', () => this.#values(field), '')
  }

  #within(end: ')' | '}', read: (prefix: string) => KqlNode, prefix: string): KqlNode {
    const node = this.#deeper(() => this.#alternatives(read, prefix))
    if (!this.#takes(end)) this.#fail(`"${end}" was expected`)
    return node
  }

  #deeper(read: () => KqlNode): KqlNode {
    this.#depth += 1
    if (this.#depth > depthMax) this.#fail(`more than ${depthMax} levels of parentheses`)
    const node = read()
    this.#depth -= 1
    return node
  }

  /** Words that stand beside each other are one value, as Kibana reads them. */
  #literal(): KqlLiteral {
    const token = this.#tokens[this.#next]
    if (token === undefined || token.kind === 'mark') this.#fail('a field or a value was expected')
    this.#next++
    if (token.kind === 'quoted') return token
    const pieces = [...token.pieces]
    let { to } = token
    for (;;) {
      const following = this.#tokens[this.#next]
      if (following?.kind !== 'word') return { kind: 'word', pieces, from: token.from, to }
      const [first = '', ...others] = following.pieces
      pieces[pieces.length - 1] += ` ${first}`
      pieces.push(...others)
      to = following.to
      this.#next++
    }
  }

  #takes(mark: string): boolean {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'mark' || token.text !== mark) return false
    this.#next++
    return true
  }

  #fail(problem: string): never {
    const end = this.#query.length
    throw new KqlError(this.#query, this.#tokens[this.#next] ?? { from: end, to: end }, problem)
  }
}

function prefixed(prefix: string, field: KqlLiteral): KqlLiteral {
  if (prefix === '') return field
  const [first = '', ...others] = field.pieces
  return { ...field, pieces: [prefix + first, ...others] }
}
