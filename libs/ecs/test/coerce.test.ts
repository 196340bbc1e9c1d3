import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { coerce, ecsFields, isIpAddress } from '../src/index.ts'

const at = (path: string, value: unknown): unknown => coerce(ecsFields.get(path)!, value)

test.each([
  ['process.pid', 7, 7],
  ['process.pid', '7', 7],
  ['process.pid', '+7', 7],
  ['process.pid', [7], 7],
  ['process.pid', 9_007_199_254_740_991, 9_007_199_254_740_991],
  ['service.name', 5, '5'],
  ['service.name', true, 'true'],
  ['service.name', 5n, '5'],
  ['service.name', ['x'], 'x'],
  ['service.name', '\ud800', '\ufffd'],
  ['tags', 'one', ['one']],
  ['tags', ['a', 1, false], ['a', '1', 'false']],
  ['event.risk_score', '1.5', 1.5],
  ['event.risk_score', 1e15, 1e15],
  ['faas.coldstart', 'true', true],
  ['faas.coldstart', false, false],
  ['client.ip', '::ffff:1.2.3.4', '::ffff:1.2.3.4'],
  ['host.ip', '::1', ['::1']],
  ['event.start', 1_767_323_045, '2026-01-02T03:04:05.000Z'],
  ['client.geo.location', { lat: 1, lon: '2' }, { lat: 1, lon: 2 }],
  ['client.geo.location', '52.5,13.4', { lat: 52.5, lon: 13.4 }],
])('%s takes %o as %o', (path, value, expected) => {
  expect(at(path, value)).toEqual(expected)
})

test.each([
  ['process.pid', 1.5],
  ['process.pid', '1.0'],
  ['process.pid', 9_007_199_254_740_992],
  ['process.pid', '99999999999999999'],
  ['process.pid', 5n],
  ['process.pid', true],
  ['process.pid', ''],
  ['process.pid', [1, 2]],
  ['process.pid', {}],
  ['service.name', {}],
  ['service.name', null],
  ['service.name', undefined],
  ['service.name', ['a', 'b']],
  ['service.name', [['a']]],
  ['tags', []],
  ['tags', [{}]],
  ['tags', [null]],
  ['event.risk_score', 1.1e15],
  ['event.risk_score', Infinity],
  ['event.risk_score', Number.NaN],
  ['event.risk_score', '1e99'],
  ['faas.coldstart', 'yes'],
  ['faas.coldstart', 1],
  ['client.ip', 'fe80::1%eth0'],
  ['client.ip', '1.2.3.4:80'],
  ['client.ip', 'unknown'],
  ['client.ip', 5],
  ['event.start', 'soon'],
  ['client.geo.location', { lat: 91, lon: 0 }],
  ['client.geo.location', { lat: 1 }],
  ['client.geo.location', { lat: 1, lon: 2, z: 3 }],
  ['client.geo.location', [1, 2]],
  ['labels', 'x'],
  ['labels', []],
])('%s refuses %o', (path, value) => {
  expect(at(path, value)).toBeUndefined()
})

test('an address is one where the operating system thinks so, too', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4Extended(),
    fc.string({ unit: fc.constantFrom('0', '1', 'a', 'f', ':', '::', '.', '255', '256', '01') }),
  )
  fc.assert(
    fc.property(text, (candidate) => {
      expect(isIpAddress(candidate)).toBe(isIP(candidate) !== 0)
    }),
    { numRuns: 5000 },
  )
})
