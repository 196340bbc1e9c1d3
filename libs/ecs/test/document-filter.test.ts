import { expect, test } from 'vitest'
import { createDocumentFilter } from '../src/document-filter.ts'

const document = {
  message: 'Order placed',
  log: { level: 'warn' },
  service: { name: 'orders' },
  error: { stack_trace: 'Error: x\n    at coupons.mts:3' },
  attributes: { orderId: 'ord_9f' },
}

test.each([
  [{}, true],
  [{ services: ['orders'] }, true],
  [{ services: ['payments', 'orders'] }, true],
  [{ services: ['payments'] }, false],
  [{ level: 'warn' }, true],
  [{ level: 'info' }, true],
  [{ level: 'error' }, false],
  [{ grep: 'order PLACED' }, true],
  [{ grep: 'ORD_9F' }, true],
  [{ grep: 'coupons.mts' }, true],
  [{ grep: 'payment' }, false],
  [{ services: ['orders'], level: 'error', grep: 'order' }, false],
] as const)('the filter %j lets the document pass: %j', (options, passes) => {
  expect(createDocumentFilter(options)(document)).toBe(passes)
})

test('a document without a level counts as info', () => {
  expect(createDocumentFilter({ level: 'info' })({})).toBe(true)
  expect(createDocumentFilter({ level: 'warn' })({})).toBe(false)
})
