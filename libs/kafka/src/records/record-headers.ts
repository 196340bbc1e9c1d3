// The parts of a record that have a length before them, and its headers as one block of bytes.
import type { OutgoingRecord } from '../port.ts'
import { byteLengthOf, sizeOfVarint, writeVarint } from './varint.ts'

export const noHeaders: Uint8Array = Uint8Array.of(0)

export function encodeHeaders(headers: OutgoingRecord['headers']): Uint8Array {
  const entries = headers === undefined ? [] : Object.entries(headers)
  if (entries.length === 0) return noHeaders
  let size = sizeOfVarint(entries.length)
  for (const [name, value] of entries) size += sizeOfBytes(name) + sizeOfBytes(value)
  const block = Buffer.allocUnsafe(size)
  let at = writeVarint(block, 0, entries.length)
  for (const [name, value] of entries) {
    at = writeBytes(block, at, name)
    at = writeBytes(block, at, value)
  }
  return block
}

export function sizeOfBytes(value: Uint8Array | string | null): number {
  if (value === null) return 1
  const length = byteLengthOf(value)
  return sizeOfVarint(length) + length
}

export function writeBytes(
  buffer: Buffer,
  start: number,
  value: Uint8Array | string | null,
): number {
  if (value === null) return writeVarint(buffer, start, -1)
  if (typeof value === 'string') {
    const length = Buffer.byteLength(value)
    const at = writeVarint(buffer, start, length)
    return at + buffer.write(value, at, 'utf8')
  }
  const at = writeVarint(buffer, start, value.length)
  buffer.set(value, at)
  return at + value.length
}
