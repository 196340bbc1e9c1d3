// One line of `explain --records`: JSON in, the Kafka record that it describes, or a reason.
import type { SourceRecord } from '@millrace/formats'

/** The value, or why there is none, in one line for a person. */
export type Read<Value> = { ok: true; value: Value } | { ok: false; reason: string }

export interface DescribedRecord {
  record: SourceRecord
  /** Epoch milliseconds; absent: now. */
  receivedAtMs?: number
}

const memberNames = new Set([
  'value',
  'valueBase64',
  'headers',
  'timestamp',
  'receivedAt',
  'key',
  'topic',
  'partition',
  'offset',
])
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Reads `{"value"|"valueBase64", "headers"?, "timestamp"?, "receivedAt"?, "key"?, "topic"?, "partition"?, "offset"?}`. */
export function describedRecord(
  line: Uint8Array,
  defaults: { topic: string; offset: number },
): Read<DescribedRecord> {
  let parsed: unknown
  try {
    parsed = JSON.parse(
      Buffer.from(line)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
  } catch {
    return refused('the line is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refused('the line is not a JSON object')
  }
  const members = parsed as Record<string, unknown>
  const unknown = Object.keys(members).find((name) => !memberNames.has(name))
  if (unknown !== undefined) {
    return refused(
      `"${unknown.slice(0, 80)}" is not a member; known are ${[...memberNames].join(', ')}`,
    )
  }
  const value = valueOf(members)
  if (!value.ok) return value
  const headers = headersOf(members['headers'])
  if (!headers.ok) return headers
  return assembled(members, { value: value.value, headers: headers.value, ...defaults })
}

function assembled(
  members: Record<string, unknown>,
  parts: {
    value: Uint8Array | null
    headers: Record<string, Uint8Array>
    topic: string
    offset: number
  },
): Read<DescribedRecord> {
  const { key, topic, partition, offset, timestamp, receivedAt } = members
  if (key !== undefined && key !== null && typeof key !== 'string')
    return refused('"key" must be text')
  if (topic !== undefined && typeof topic !== 'string') return refused('"topic" must be text')
  for (const [name, number] of Object.entries({ partition, offset })) {
    if (number === undefined || (Number.isSafeInteger(number) && (number as number) >= 0)) continue
    return refused(`"${name}" must be a whole number from 0`)
  }
  if (timestamp !== undefined && (typeof timestamp !== 'number' || !Number.isFinite(timestamp))) {
    return refused('"timestamp" must be a number of milliseconds')
  }
  const receivedAtMs = timeOf(receivedAt)
  if (Number.isNaN(receivedAtMs)) {
    return refused('"receivedAt" must be an ISO 8601 time such as 2026-01-02T03:04:05.678Z')
  }
  return {
    ok: true,
    value: {
      record: {
        topic: topic ?? parts.topic,
        partition: (partition as number | undefined) ?? 0,
        offset: (offset as number | undefined) ?? parts.offset,
        key: typeof key === 'string' ? Buffer.from(key) : null,
        value: parts.value,
        headers: parts.headers,
        ...(timestamp === undefined ? {} : { timestampMs: Math.trunc(timestamp) }),
      },
      ...(receivedAtMs === undefined ? {} : { receivedAtMs }),
    },
  }
}

function timeOf(receivedAt: unknown): number | undefined {
  if (receivedAt === undefined || receivedAt === null) return undefined
  return typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN
}

function valueOf({ value, valueBase64 }: Record<string, unknown>): Read<Uint8Array | null> {
  if (value !== undefined && valueBase64 !== undefined) {
    return refused('"value" and "valueBase64" are both there; give one of them')
  }
  if (value === null || valueBase64 === null) return { ok: true, value: null }
  if (typeof value === 'string') return { ok: true, value: Buffer.from(value) }
  if (value !== undefined) return refused('"value" must be text (or null)')
  if (typeof valueBase64 !== 'string') return refused('"value" or "valueBase64" must be there')
  if (!base64.test(valueBase64)) return refused('"valueBase64" is not base64')
  return { ok: true, value: Buffer.from(valueBase64, 'base64') }
}

function headersOf(headers: unknown): Read<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {}
  if (headers === undefined || headers === null) return { ok: true, value: found }
  if (typeof headers !== 'object' || Array.isArray(headers)) {
    return refused('"headers" must be an object of texts')
  }
  for (const [name, text] of Object.entries(headers)) {
    if (typeof text !== 'string') return refused(`header "${name.slice(0, 80)}" must be text`)
    Object.defineProperty(found, name, { value: Buffer.from(text), enumerable: true })
  }
  return { ok: true, value: found }
}

function refused(reason: string): Read<never> {
  return { ok: false, reason }
}
