import { expect, test } from 'vitest'
import { compileLookMachine } from '../../scripts/build-look-machine.ts'
import { lookMachineBase64 } from '../../src/redact/look-machine-code.ts'

test('the look machine that is used is the one that its source compiles to', () => {
  expect(
    compileLookMachine().equals(Buffer.from(lookMachineBase64, 'base64')),
    'node libs/transport/scripts/build-look-machine.ts compiles it anew',
  ).toBe(true)
}, 120_000)
