import { describe, expect, it } from 'vitest'
import { kqlFields } from '../../src/kql/fields.ts'
import { KqlError } from '../../src/kql/tokens.ts'

describe('fields of a KQL query', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['   ', []],
    ['*', []],
    ['connection refused', []],
    ['"connection: refused"', []],
    ['log.level: error', ['log.level']],
    ['log.level:error', ['log.level']],
    ['log.level: (error or fatal)', ['log.level']],
    ['log.level: (not debug and not (trace or info))', ['log.level']],
    ['trace.id: *', ['trace.id']],
    ['message: connection refused', ['message']],
    ['message: "connection (refused)"', ['message']],
    ['not a: 1 and (b: 2 or NOT c: 3)', ['a', 'b', 'c']],
    ['a: 1 OR a: 2 AND b: 3', ['a', 'b']],
    ['event.duration >= 5 and event.duration < 10', ['event.duration']],
    ['@timestamp > "2026-01-01T00:00:00Z"', ['@timestamp']],
    ['labels.*: yes', ['labels.*']],
    ['http\\:path: 1', ['http:path']],
    ['a: \\and', ['a']],
    ['user: { name: "x" and role: { id: 3 } }', ['user.name', 'user.role.id']],
    ['"quoted field": 1', ['quoted field']],
  ])('%s', (query, fields) => {
    expect(kqlFields(query)).toEqual(fields)
  })

  it.each([
    'a:',
    ': a',
    'a: (b',
    'a: b)',
    'a: ()',
    '(a: b',
    'a and',
    'or a',
    'not',
    'a: "b',
    'a: b\\',
    'a: { b: c',
    'a >',
    'a: b: c',
    'a: b "c"',
  ])('%s is none', (query) => {
    expect(() => kqlFields(query)).toThrow(KqlError)
  })

  it('says where', () => {
    expect(() => kqlFields('a: (b or')).toThrow(
      'a field or a value was expected at character 9 of the KQL query "a: (b or"',
    )
  })
})
