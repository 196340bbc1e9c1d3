import { expect, test } from 'vitest'
import { OutOfStockError, Stock } from '../../catalogue/stock.mts'

test('a reservation takes all items or none', () => {
  const stock = new Stock({ deliverySize: 3 })
  const items = [
    { sku: 'TEA-0001', quantity: 2 },
    { sku: 'TEA-0002', quantity: 4 },
  ]
  expect(() => stock.reserve('ord_1', items)).toThrow(OutOfStockError)
  expect(stock.left('TEA-0001')).toBe(3)
  stock.reserve('ord_2', [{ sku: 'TEA-0001', quantity: 2 }])
  expect(stock.left('TEA-0001')).toBe(1)
})

test('a release puts a reservation back, once', () => {
  const stock = new Stock({ deliverySize: 3 })
  stock.reserve('ord_1', [{ sku: 'TEA-0001', quantity: 2 }])
  expect(stock.release('ord_1')).toBe(true)
  expect(stock.release('ord_1')).toBe(false)
  expect(stock.left('TEA-0001')).toBe(3)
})

test('a delivery comes after the named number of refusals', () => {
  const stock = new Stock({ deliverySize: 3, refusalsBeforeDelivery: 2 })
  const items = [{ sku: 'TEA-0001', quantity: 4 }]
  expect(() => stock.reserve('ord_1', items)).toThrow('TEA-0001 is out of stock: 4 wanted, 3 left')
  expect(stock.left('TEA-0001')).toBe(3)
  expect(() => stock.reserve('ord_2', items)).toThrow(OutOfStockError)
  expect(stock.left('TEA-0001')).toBe(6)
})

test('past the bound the oldest reservation is forgotten', () => {
  const stock = new Stock({ reservationsMax: 2 })
  for (const orderId of ['ord_1', 'ord_2', 'ord_3']) {
    stock.reserve(orderId, [{ sku: 'TEA-0001', quantity: 1 }])
  }
  expect(['ord_1', 'ord_2', 'ord_3'].map((orderId) => stock.release(orderId))).toEqual([
    false,
    true,
    true,
  ])
})
