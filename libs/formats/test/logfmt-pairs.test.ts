import { expect, test } from 'vitest'
import { scanPairs } from '../src/logfmt-pairs.ts'

test.each([
  ['', []],
  ['a=b', [['a', 'b']]],
  [
    'a= b=',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  [
    'a="x y" b',
    [
      ['a', 'x y'],
      ['b', true],
    ],
  ],
  ['"a b"=c', [['a b', 'c']]],
  ['a=b=c==', [['a', 'b=c==']]],
  ['a="\\"q\\"\\n"', [['a', '"q"\n']]],
  ['a="never closed', undefined],
  ['a="b"c', undefined],
  ["a='b'", undefined],
  ['=a', undefined],
  ['a,b=c', undefined],
])('logfmt %j holds %j', (text, pairs) => {
  expect(scanPairs(text, 'logfmt')).toEqual(pairs)
})

test.each([
  [
    ' a={"x":"}"} b=[1, 2]',
    [
      ['a', '{"x":"}"}'],
      ['b', '[1, 2]'],
    ],
  ],
  [
    ' a=<\n\tone\n\ttwo\n > b=1',
    [
      ['a', 'one\ntwo'],
      ['b', '1'],
    ],
  ],
  [' a=<\n\tnever closed', undefined],
  [' a={never closed', undefined],
  [' a={"never closed}', undefined],
  [' word', undefined],
])('klog %j holds %j', (text, pairs) => {
  expect(scanPairs(text, 'klog')).toEqual(pairs)
})
