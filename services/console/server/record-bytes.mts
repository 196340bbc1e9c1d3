// Bytes of a record for a page: as text where they are text, cut where they are many.
import { isUtf8 } from 'node:buffer'
import type { KafkaRecord } from '@millrace/kafka'
import type { ExplainAnswer } from './api.mts'
import { cut } from './rows.mts'

const headerCharactersMax = 4_000
const headersMax = 64

export function lineOf(value: Uint8Array, charactersMax: number): ExplainAnswer['line'] {
  const bytes = value.byteLength
  // No character has more bytes than four, and base64 has fewer bytes than characters.
  const part = Buffer.from(value.buffer, value.byteOffset, Math.min(bytes, charactersMax * 4))
  const encoding = isUtf8(value) ? 'utf8' : 'base64'
  const whole = new TextDecoder('utf-8', { ignoreBOM: true })
  const text = encoding === 'utf8' ? whole.decode(part, { stream: true }) : part.toString('base64')
  const isCut = part.byteLength < bytes || text.length > charactersMax
  return { text: cut(text, charactersMax), encoding, bytes, isCut }
}

/** The headers as texts; those that are none in base64. `without`: names that begin so are left out. */
export function headerTexts(
  headers: KafkaRecord['headers'],
  without?: string,
): Record<string, string> {
  const texts: [string, string][] = []
  for (const [name, bytes] of Object.entries(headers)) {
    if (texts.length >= headersMax) break
    if (without !== undefined && name.startsWith(without)) continue
    texts.push([cut(name, 256), bytes === undefined ? '' : bytesText(bytes)])
  }
  return Object.fromEntries(texts)
}

export function bytesText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(bytes)
    ? cut(buffer.toString('utf8'), headerCharactersMax)
    : `base64 ${cut(buffer.toString('base64'), headerCharactersMax)}`
}
