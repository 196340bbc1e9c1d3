// systemd's journal as JSON (`journalctl -o json`): all values are texts (systemd `docs/JOURNAL_EXPORT_FORMATS.md`).
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'
import { takeMessage } from '../text-parts.ts'
import { putSyslogLevel } from './gelf.ts'

/** Several fields may name the same thing; the first is the one that the kernel or systemd vouches for. */
const paths: readonly (readonly [key: string, path: EcsPath])[] = [
  ['_SOURCE_REALTIME_TIMESTAMP', '@timestamp'],
  ['__REALTIME_TIMESTAMP', '@timestamp'],
  ['_HOSTNAME', 'host.hostname'],
  ['_PID', 'process.pid'],
  ['SYSLOG_PID', 'process.pid'],
  ['SYSLOG_IDENTIFIER', 'process.name'],
  ['_COMM', 'process.name'],
  ['_EXE', 'process.executable'],
  ['_CMDLINE', 'process.command_line'],
  ['SYSLOG_FACILITY', 'log.syslog.facility.code'],
  ['CODE_FILE', 'log.origin.file.name'],
  ['CODE_LINE', 'log.origin.file.line'],
  ['CODE_FUNC', 'log.origin.function'],
  ['_BOOT_ID', 'host.boot.id'],
  ['_MACHINE_ID', 'host.id'],
  ['TID', 'process.thread.id'],
  ['CONTAINER_ID_FULL', 'container.id'],
  ['CONTAINER_NAME', 'container.name'],
]

export const journald = defineFormat({
  name: 'journald',
  aliases: ['journal', 'systemd'],
  shape: 'json',
  signature: '`__REALTIME_TIMESTAMP`, or `MESSAGE` with `PRIORITY` or `_HOSTNAME`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isJournal =
      line['__REALTIME_TIMESTAMP'] !== undefined ||
      (line['MESSAGE'] !== undefined &&
        (line['PRIORITY'] !== undefined || line['_HOSTNAME'] !== undefined))
    return isJournal ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft, context: FormatContext): void {
    const taken = new Set<string>()
    const decode = (value: SourceValue): SourceValue => {
      const decoded = fromBytes(value)
      // Bytes that are no text: only the line still has them.
      if (typeof decoded === 'string' && decoded.includes('\ufffd')) draft.keepsOriginal = true
      return decoded
    }
    const message = decode(line['MESSAGE'])
    if (typeof message === 'string') {
      // A service that logs JSON to its standard output: its own facts come first.
      const isJson = message.trimStart().startsWith('{')
      if (!isJson || !context.tryUnwrap(message, draft)) takeMessage(draft, message)
      taken.add('MESSAGE')
    }
    if (putSyslogLevel(draft, line['PRIORITY'])) taken.add('PRIORITY')
    for (const [key, path] of paths) {
      if (!Object.hasOwn(line, key)) continue
      draft.from = key
      if (draft.put(path, decode(line[key]))) taken.add(key)
    }
    for (const key in line) if (!taken.has(key)) draft.leave(key, decode(line[key]))
  },
})

/** Values that are no text come as a list of bytes; a list of texts is a field that occurs more than once. */
function fromBytes(value: SourceValue): SourceValue {
  const isBytes =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => Number.isInteger(item) && item >= 0 && item <= 255)
  return isBytes ? Buffer.from(value as number[]).toString('utf8') : value
}
