import { expect, test } from 'vitest'
import { readLoadOptions } from '../../load/options.mts'

test('arguments win over the environment, and the environment over the defaults', () => {
  expect(readLoadOptions([], {})).toMatchObject({
    ratePerSecond: 20,
    seed: 1,
    requestsMax: Infinity,
    ordersUrl: 'http://127.0.0.1:3001',
  })
  const environment = { DEMO_RATE: '5', DEMO_SEED: '9', ORDERS_URL: 'http://127.0.0.1:9' }
  expect(readLoadOptions([], environment)).toMatchObject({
    ratePerSecond: 5,
    seed: 9,
    ordersUrl: 'http://127.0.0.1:9',
  })
  expect(readLoadOptions(['--rate', '0', '--requests', '3'], environment)).toMatchObject({
    ratePerSecond: 0,
    requestsMax: 3,
  })
})

test.each([
  [['--rate', 'fast'], '--rate must be 0..1000 requests per second, got "fast"'],
  [['--rate', '1001'], '--rate must be 0..1000 requests per second, got "1001"'],
  [['--seed', '1.5'], '--seed must be an integer, got "1.5"'],
  [['--requests', '0'], '--requests must be 1 or more, got "0"'],
])('the arguments %j are answered with one line that names the option', (parameters, problem) => {
  expect(readLoadOptions(parameters, {})).toEqual({ problem })
})

test('an unknown option is a problem in one line', () => {
  const options = readLoadOptions(['--speed', '3'], {})
  expect(options).toMatchObject({ problem: expect.stringMatching(/^[^\n]*--speed[^\n]*$/) })
})
