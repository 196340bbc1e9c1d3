// JSON in bytes that anybody may have written.
import { isObject } from '@millrace/foundation'

/** The members of the JSON object in the bytes; undefined for anything else. */
export function jsonMembers(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
