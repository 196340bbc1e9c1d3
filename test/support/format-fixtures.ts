// The fixtures of the formats: `<format>/<case>.log` or `.bin`, `<case>.envelope.json`, `<case>.expected.ndjson`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { SourceRecord } from '@millrace/formats'

export const fixtures = new URL('../fixtures/formats/', import.meta.url)

/** The formats that have fixtures. */
export function fixtureFormats(): string[] {
  const entries = readdirSync(fixtures, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}

/** The files with lines, of one format. */
export function caseFiles(format: string): string[] {
  const files = readdirSync(new URL(`${format}/`, fixtures))
  return files.filter((file) => /\.(log|bin)$/.test(file)).sort()
}

/** What a case may change: `<case>.envelope.json`. */
export interface Envelope {
  headers?: Record<string, unknown>
  key?: string
  /** Epoch ms. */
  timestamp?: number
  receivedAt?: string
  timeZone?: string
}

/** The records of one case: each line of a `.log`, or the whole `.bin`. */
export function readCase(
  folder: URL,
  file: string,
): { records: SourceRecord[]; envelope: Envelope } {
  const bytes = readFileSync(new URL(file, folder))
  const envelopeFile = new URL(`${caseName(file)}.envelope.json`, folder)
  const envelope = existsSync(envelopeFile)
    ? (JSON.parse(readFileSync(envelopeFile, 'utf8')) as Envelope)
    : {}
  const headers: Record<string, Uint8Array> = {}
  for (const [name, value] of Object.entries(envelope.headers ?? {})) {
    headers[name] = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  }
  const lines = file.endsWith('.bin') ? [bytes] : splitLines(bytes)
  const records = lines.map((value, offset) => ({
    topic: 'logs',
    partition: 0,
    offset,
    // Absent and not positive both mean unknown.
    timestampMs: envelope.timestamp ?? 0,
    key: envelope.key === undefined ? null : Buffer.from(envelope.key),
    value,
    headers,
  }))
  return { records, envelope }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

export function caseName(file: string): string {
  return file.slice(0, file.lastIndexOf('.'))
}
