import { systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { FieldTypes } from '../../server/search/field-types.mts'

const typesOf = (found: Record<string, Record<string, { aggregatable?: boolean }>>[]) => {
  let asked = 0
  const store = { fieldTypes: () => Promise.resolve(found[asked++] ?? {}) }
  return new FieldTypes(store, systemClock)
}

test('a field that streams of others map otherwise is of the type that the templates give it', async () => {
  const known = await typesOf([
    {
      message: { long: { aggregatable: true }, text: { aggregatable: false } },
      'their.own': { long: { aggregatable: true }, keyword: { aggregatable: true } },
    },
  ]).read()
  expect([known.typeOf('message'), known.isCountable('message')]).toEqual(['text', false])
  expect(known.typeOf('their.own')).toBe('long')
})

test('fields are asked for again while nothing is mapped, and kept afterwards', async () => {
  const types = typesOf([{}, { 'service.name': { keyword: { aggregatable: true } } }, {}])
  expect((await types.read()).names).toEqual([])
  expect((await types.read()).names).toEqual(['service.name'])
  expect((await types.read()).names).toEqual(['service.name'])
})
