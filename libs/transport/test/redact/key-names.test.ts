import { expect, test } from 'vitest'
import { defaultKeys } from '../../src/redact/default-keys.ts'
import { KeyNames, keySyntax } from '../../src/redact/key-names.ts'
import { redact } from './support.ts'

test.each(['api_key', 'api-key', 'apiKey', 'API_KEY', 'x-api-key', 'ApiKey', 'service.api.key'])(
  'case, hyphens, underscores and points make no difference: %s',
  (name) => {
    expect(new KeyNames().has(name)).toBe(true)
    expect(redact(`{"${name}":"x"}`)).toBe(`{"${name}":"[redacted]"}`)
  },
)

test('each default is found, and behind a star any beginning', () => {
  for (const key of defaultKeys) {
    const name = key.replace('*', 'any_')
    expect(redact(`{"${name}":"x"}`), key).toBe(`{"${name}":"[redacted]"}`)
    expect(redact(`${name}=x`), key).toBe(`${name}=[redacted]`)
    expect(keySyntax.test(key), key).toBe(true)
  }
})

test.each([
  'tokens_used',
  'secretary',
  'passwordless',
  'keyboard',
  'hostname',
  'compass',
  'bypass',
])('a name that only looks alike stays: %s', (name) => {
  expect(redact(`{"${name}":"x"}`)).toBe(`{"${name}":"x"}`)
})

test("own names are exact, or an end behind a star, and may be in any person's language", () => {
  const keys = ['iban', '*Kennwort', 'contraseña', '暗証番号']
  const line = '{"iban":"a","my_iban":"b","masterKennwort":"c","CONTRASEÑA":"d","暗証番号":"e"}'
  expect(redact(line, { keys })).toBe(
    '{"iban":"[redacted]","my_iban":"b","masterKennwort":"[redacted]","CONTRASEÑA":"[redacted]","暗証番号":"[redacted]"}',
  )
})

test('a name with ! before it stays, one of the own names wins over that, and !* takes the defaults away', () => {
  const line = '{"next_token":"a","token":"b","id_token":"c"}'
  expect(redact(line, { keys: ['!next_token'] })).toBe(
    '{"next_token":"a","token":"[redacted]","id_token":"[redacted]"}',
  )
  expect(redact(line, { keys: ['!*', 'id_token'] })).toBe(
    '{"next_token":"a","token":"b","id_token":"[redacted]"}',
  )
})

test('more names than are remembered change no answer', () => {
  const names = new KeyNames()
  for (let number = 0; number < 3_000; number++) {
    expect(names.has(`name${number}`)).toBe(false)
    expect(names.has(`name${number}_token`)).toBe(true)
  }
})
