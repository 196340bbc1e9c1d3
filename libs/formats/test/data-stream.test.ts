import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sanitizeStreamPart, StreamPartReader } from '../src/data-stream.ts'

test.each([
  ['app', 'app'],
  ['shop.orders', 'shop.orders'],
  ['Shop-Orders', 'shop_orders'],
  ['a\\b/c*d?e"f<g>h|i j,k#l:m', 'a_b_c_d_e_f_g_h_i_j_k_l_m'],
  ['größe', 'größe'],
  ['a'.repeat(100), 'a'.repeat(100)],
  ['a'.repeat(101), 'a'.repeat(100)],
  [`${'a'.repeat(99)}é`, 'a'.repeat(99)],
])('%j is made fit as %j', (text, fit) => {
  expect(sanitizeStreamPart(text)).toBe(fit)
})

test.each(['', '-', '...', '_', ' - '])('nothing is left of %j', (text) => {
  expect(sanitizeStreamPart(text)).toBeUndefined()
})

test('what is fit stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const fit = sanitizeStreamPart(text)
      if (fit === undefined) return
      expect(sanitizeStreamPart(fit)).toBe(fit)
      expect(Buffer.byteLength(fit)).toBeLessThanOrEqual(100)
      expect(fit).not.toMatch(/[\\/*?"<>|\s,#:-]/)
    }),
  )
})

test('a reader says what it changed, and falls back where nothing is left', () => {
  const reader = new StreamPartReader('app')
  expect(reader.read(undefined)).toEqual({ value: 'app' })
  expect(reader.read('orders')).toEqual({ value: 'orders' })
  expect(reader.read('Orders')).toEqual({ value: 'orders', changedFrom: 'Orders' })
  expect(reader.read('-')).toEqual({ value: 'app', changedFrom: '-' })
})

test('a thousand and one names are read right, past the memory of the reader', () => {
  const reader = new StreamPartReader('app')
  for (let index = 0; index <= 1000; index++)
    expect(reader.read(`n${index}`).value).toBe(`n${index}`)
  expect(reader.read('n0').value).toBe('n0')
})
