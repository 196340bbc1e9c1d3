// What an error may look like to a person: one line, with no secret and no stack in it.
import { expect } from 'vitest'

/** Every password and key of these tests begins with it, so that one that gets out is found. */
const canary = 'canary'

/** @param encoded further forms of secrets, as they travel on the wire. */
export function expectNoSecret(text: string, encoded: readonly string[] = []): void {
  for (const secret of [canary, '-----BEGIN', ...encoded]) expect(text).not.toContain(secret)
}

export function expectOneLine(text: string, encoded: readonly string[] = []): void {
  expect(text).not.toMatch(/\n|\bat \S+ \(|Error:/)
  expect(text.length).toBeLessThan(512)
  expectNoSecret(text, encoded)
}
