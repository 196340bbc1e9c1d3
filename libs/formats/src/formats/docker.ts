// Docker's json-file driver: `{"log":"…\n","stream":"stdout","time":"…"}`; the log has a format of its own (moby `daemon/logger/jsonfilelog`).
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import type { SourceObject } from '../parse-json.ts'

const keys = new Set(['log', 'stream', 'time', 'attrs'])

export const docker = defineFormat({
  name: 'docker',
  aliases: ['docker-json-file', 'json-file'],
  shape: 'json',
  signature: '`stream` stdout or stderr, `time`, and no key but `log` and `attrs` beside them',

  /** The driver leaves `log` out when it is empty. */
  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { log, stream, time } = line
    if (stream !== 'stdout' && stream !== 'stderr') return undefined
    if (typeof time !== 'string' || (log !== undefined && typeof log !== 'string')) return undefined
    for (const key in line) if (!keys.has(key)) return undefined
    return line
  },

  normalize(line: SourceObject, draft: Draft, context: FormatContext): void {
    const { log, time } = line
    const text = typeof log === 'string' ? log : ''
    context.unwrap(text.replace(/\r?\n$/, ''), draft)
    draft.from = 'time'
    // The event's own time counts; Docker's is when the line left the process.
    draft.take('@timestamp', 'time', time)
    draft.leave('stream', line['stream'])
    if (line['attrs'] !== undefined) draft.leave('attrs', line['attrs'])
    // A log without its end was cut at 16 kB: the rest follows in the next record.
    if (text !== '' && !text.endsWith('\n')) draft.leave('logtag', 'P')
  },
})
