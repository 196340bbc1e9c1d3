import { expect, test } from 'vitest'
import { newClusterId } from '../src/local-stack.ts'

test('a cluster id never begins with a dash, which StorageTool would take for a flag', () => {
  const first = (byte: number): Uint8Array => new Uint8Array(16).fill(byte)
  expect(newClusterId({ bytes: () => first(0xf8) })).toMatch(/^A[\w-]{21}$/)
  expect(newClusterId({ bytes: () => first(0) })).toBe('A'.repeat(22))
})
