import { expect, test } from 'vitest'
import { instantiateWebAssembly } from '../src/web-assembly.ts'

/** `(module (func (export "answer") (result i32) i32.const 42))` */
const answering = Buffer.from(
  '0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b',
  'hex',
)

test('a module is ready to be called', () => {
  const { answer } = instantiateWebAssembly(answering) as { answer(): number }
  expect(answer()).toBe(42)
})

test('bytes that are no module are refused', () => {
  expect(() => instantiateWebAssembly(Buffer.from('no module'))).toThrow(/magic word/)
})
