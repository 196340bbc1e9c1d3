import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileMachine, machineFile } from '../../scripts/build-machine.ts'

test('the plan machine that is used is the one that its source compiles to', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-machine-'))
  try {
    const compiled = join(directory, 'plan-machine.wasm')
    compileMachine(compiled)
    expect(
      readFileSync(compiled).equals(readFileSync(machineFile)),
      'node libs/formats/scripts/build-machine.ts compiles it anew',
    ).toBe(true)
  } finally {
    rmSync(directory, { recursive: true })
  }
}, 120_000)
