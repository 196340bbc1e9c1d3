import { expect, test } from 'vitest'
import { seededRandom, systemRandom } from '../src/random.ts'

test('the same seed draws the same numbers, another seed draws others', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed)
    return [random.next(), random.next(), ...random.bytes(4)]
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

test('draws stay in [0, 1) and spread over all tenths', () => {
  for (const random of [seededRandom(1), systemRandom]) {
    const tenths = new Set<number>()
    for (let count = 0; count < 2000; count++) {
      const draw = random.next()
      expect(draw).toBeGreaterThanOrEqual(0)
      expect(draw).toBeLessThan(1)
      tenths.add(Math.floor(draw * 10))
    }
    expect(tenths.size).toBe(10)
  }
})
