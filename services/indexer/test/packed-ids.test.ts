import { expect, it } from 'vitest'
import { PackedIds } from '../src/packed-ids.mts'

it('ids come back in order, whatever they are made of, without the first ones that were dropped', () => {
  const packed = new PackedIds()
  const ids = Array.from({ length: 2_000 }, (_, at) => (at % 3 === 0 ? `ä${at}€` : `id-${at}`))
  for (const id of ids) packed.add(id)
  packed.dropFirst()
  packed.dropFirst()
  expect(packed.count).toBe(1_998)
  expect(packed.all()).toEqual(ids.slice(2))
  for (let at = 0; at < 3_000; at++) packed.dropFirst()
  expect(packed.count).toBe(0)
  packed.add('')
  expect(packed.all()).toEqual([''])
})
