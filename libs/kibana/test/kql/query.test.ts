import { describe, expect, it } from 'vitest'
import { KqlError, kqlQuery, parseKql, printKql, withFullNames } from '../../src/index.ts'

const types: Record<string, string> = {
  'log.level': 'keyword',
  message: 'match_only_text',
  'event.duration': 'long',
  '@timestamp': 'date',
  'attributes.user.id': 'flattened',
  'service.name': 'keyword',
  'service.version': 'keyword',
}
const aliases = { level: 'log.level' }

function compile(query: string): unknown {
  return kqlQuery(parseKql(query), {
    query,
    aliases,
    typeOf: (field) => types[field],
    expand: (isMatch) => Object.keys(types).filter((name) => isMatch.test(name)),
  })
}

const match = (field: string, query: string): object => ({
  match: { [field]: { query, lenient: true } },
})

describe('a KQL query becomes one of Elasticsearch', () => {
  it.each<[string, object]>([
    ['', { match_all: {} }],
    ['*', { match_all: {} }],
    ['log.level: error', match('log.level', 'error')],
    ['level:error', match('log.level', 'error')],
    [
      'connection refused',
      { multi_match: { query: 'connection refused', type: 'best_fields', lenient: true } },
    ],
    [
      '"connection refused"',
      { multi_match: { query: 'connection refused', type: 'phrase', lenient: true } },
    ],
    [
      'message: "not found"',
      { multi_match: { query: 'not found', fields: ['message'], type: 'phrase', lenient: true } },
    ],
    ['event.duration >= 5', { range: { 'event.duration': { gte: '5' } } }],
    ['event.duration < 5', { range: { 'event.duration': { lt: '5' } } }],
    [
      '@timestamp: "2026-01-01"',
      { range: { '@timestamp': { gte: '2026-01-01', lte: '2026-01-01' } } },
    ],
    ['trace.id: *', { exists: { field: 'trace.id' } }],
    ['log.level: e*r', { wildcard: { 'log.level': { value: 'e*r' } } }],
    ['log.level: e\\*', match('log.level', 'e*')],
    ['log.level: w?*', { wildcard: { 'log.level': { value: 'w\\?*' } } }],
    ['attributes.user.id: 4*', { prefix: { 'attributes.user.id': '4' } }],
    ['not level: error', { bool: { must_not: match('log.level', 'error') } }],
    [
      'level: error and message: x',
      { bool: { filter: [match('log.level', 'error'), match('message', 'x')] } },
    ],
    [
      'level: (error or fatal)',
      {
        bool: {
          should: [match('log.level', 'error'), match('log.level', 'fatal')],
          minimum_should_match: 1,
        },
      },
    ],
    [
      'service.*: x',
      {
        bool: {
          should: [match('service.name', 'x'), match('service.version', 'x')],
          minimum_should_match: 1,
        },
      },
    ],
    ['nothing.*: x', { match_none: {} }],
  ])('%s', (query, expected) => {
    expect(compile(query)).toEqual(expected)
  })

  it('and binds stronger than or, not stronger than and', () => {
    expect(printKql(parseKql('a: 1 or not b: 2 and c: 3'))).toBe('a: 1 or (not b: 2 and c: 3)')
  })

  it('short names are written in full for Kibana', () => {
    expect(printKql(withFullNames(parseKql('not level: (a or b)'), aliases))).toBe(
      'not (log.level: a or log.level: b)',
    )
  })

  it.each<[string, number, number, string]>([
    ['level: (error or', 16, 16, 'a field or a value was expected'],
    ['level: error) x', 12, 13, 'an operator was expected'],
    ['event.duration: 1*', 16, 18, 'is of type long'],
    ['attributes.user.id: *4', 20, 22, 'only one * at the end'],
  ])('%s is refused with its place', (query, from, to, problem) => {
    let caught: unknown
    try {
      compile(query)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(KqlError)
    expect(caught).toMatchObject({ from, to })
    expect((caught as KqlError).problem).toContain(problem)
  })

  it('parentheses without end are refused and not followed to the end of the stack', () => {
    expect(() => parseKql('('.repeat(50_000))).toThrow('more than 100 levels')
    expect(() => parseKql('not '.repeat(50_000) + 'a')).toThrow('more than 100 levels')
  })
})
