// KQL, written from a tree: what Kibana reads to the same tree.
import type { KqlNode } from './parse.ts'
import type { KqlLiteral } from './tokens.ts'

const special = /[\\(){}:<>"*]/g

/** Parentheses stand around everything that could be read otherwise. */
export function printKql(node: KqlNode): string {
  switch (node.kind) {
    case 'all':
      return ''
    case 'not':
      return `not ${grouped(node.part)}`
    case 'and':
    case 'or':
      return node.parts.map(grouped).join(` ${node.kind} `)
    case 'is':
      return node.field === undefined
        ? printLiteral(node.value)
        : `${printLiteral(node.field)}: ${printLiteral(node.value)}`
    default:
      return `${printLiteral(node.field)} ${node.operator} ${printLiteral(node.value)}`
  }
}

/** `field: "value"` for a value as it is: nothing in it is a wildcard. */
export function kqlEquals(field: string, value: string): string {
  return printKql({ kind: 'is', field: literal('word', field), value: literal('quoted', value) })
}

function literal(kind: KqlLiteral['kind'], text: string): KqlLiteral {
  return { kind, pieces: [text], from: 0, to: 0 }
}

function grouped(node: KqlNode): string {
  const text = printKql(node)
  return node.kind === 'and' || node.kind === 'or' ? `(${text})` : text
}

function printLiteral({ kind, pieces }: KqlLiteral): string {
  if (kind === 'quoted') return `"${pieces.join('').replaceAll(/[\\"]/g, '\\$&')}"`
  return pieces.map(escapedWords).join('*')
}

function escapedWords(text: string): string {
  const words = text.split(' ').map((word) => {
    const escaped = word.replaceAll(special, '\\$&')
    return /^(and|or|not)$/i.test(word) ? `\\${escaped}` : escaped
  })
  return words.join(' ')
}
