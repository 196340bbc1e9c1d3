// python-json-logger: the names of Python's LogRecord, `levelname`, `asctime`, `exc_info` (nhairs/python-json-logger).
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const pythonJsonLogger = defineFormat({
  name: 'python-json-logger',
  aliases: ['python-json'],
  shape: 'json',
  signature: '`levelname` or `asctime` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isPython = typeof line['levelname'] === 'string' || typeof line['asctime'] === 'string'
    return isPython ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['asctime', 'timestamp', 'time', 'created'])
    takeFirst(draft, line, 'message', ['message', 'msg'])
    putPythonLevel(draft, line)
    takeFirst(draft, line, 'log.logger', ['name', 'logger'])
    const hasPlace = Object.hasOwn(line, 'lineno')
    if (hasPlace) takeFirst(draft, line, 'log.origin.file.name', ['pathname', 'filename'])
    // Python numbers its threads and names them.
    takeFirst(draft, line, 'process.thread.id', ['thread'])
    takeFirst(draft, line, 'process.thread.name', ['threadName'])
    if (typeof line['process'] === 'number') takeFirst(draft, line, 'process.pid', ['process'])
    if (!taken.includes('filename') && hasPlace) {
      draft.leave('filename', line['filename'])
      taken.push('filename')
    }
    placeRest(draft, line)
  },
})

/** A level of one's own has a text such as `Level 25`: then its number says which of the known ones it is near. */
function putPythonLevel(draft: Draft, line: SourceObject): void {
  const { taken } = draft
  const { levelname, levelno } = line
  draft.from = 'levelno'
  const isKnown = typeof levelname === 'string' && isLevelWord(levelname.trim())
  if (!isKnown && draft.putSeverity(levelno, 'python')) {
    taken.push('levelno')
    return
  }
  takeFirst(draft, line, 'log.level', ['levelname', 'level', 'severity'])
  if (draft.put('event.severity', levelno)) taken.push('levelno')
}
