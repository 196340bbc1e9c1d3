// loguru's `serialize=True`: the record is in `record`, the text that a person would have seen in `text` (Delgan/loguru).
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeContext } from '../java-fields.ts'
import { setOwn } from '../leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'
import { looksLikeStack, stackPart } from '../stack-text.ts'

export const loguru = defineFormat({
  name: 'loguru',
  shape: 'json',
  signature: '`text` with `record.level.name`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined || typeof json.object['text'] !== 'string') return undefined
    const { record } = json.object
    const level = isSourceObject(record) ? record['level'] : undefined
    return isSourceObject(level) && typeof level['name'] === 'string' ? json.object : undefined
  },

  normalize(line: SourceObject, draft: Draft): void {
    const record = line['record'] as SourceObject
    const rest: SourceObject = {}
    for (const key in record) {
      draft.from = `record.${key}`
      const left = putPart(draft, key, record[key])
      if (left !== undefined) setOwn(rest, key, left)
    }
    if (Object.keys(rest).length > 0) draft.leave('record', rest)
    const { text } = line
    // The traceback is nowhere else; the rest of the text repeats the record.
    draft.from = 'text'
    if (typeof text === 'string' && draft.hasError && looksLikeStack(text)) {
      draft.put('error.stack_trace', stackPart(text).trimEnd())
    }
    for (const key in line) if (key !== 'record' && key !== 'text') draft.leave(key, line[key])
  },
})

/** What is left of a part of the record. */
function putPart(draft: Draft, key: string, value: SourceValue): SourceValue {
  switch (key) {
    case 'message':
      return draft.put('message', value) ? undefined : value
    case 'name':
      return value === null || draft.put('log.logger', value) ? undefined : value
    case 'function':
      return draft.put('log.origin.function', value) ? undefined : value
    case 'line':
      return draft.put('log.origin.file.line', value) ? undefined : value
    case 'exception':
      return putException(draft, value)
    case 'extra':
      placeContext(draft, 'extra', value)
      return undefined
    default:
      return isSourceObject(value) ? putGroup(draft, key, value) : value
  }
}

function putGroup(draft: Draft, key: string, group: SourceObject): SourceValue {
  let rest: SourceObject | undefined
  for (const name in group) {
    if (putMember(draft, `${key}.${name}`, group)) continue
    rest ??= {}
    setOwn(rest, name, group[name])
  }
  return rest
}

function putMember(draft: Draft, path: string, group: SourceObject): boolean {
  switch (path) {
    case 'level.name':
      return putLevel(draft, group)
    case 'level.no':
      return draft.get('event.severity') === group['no'] || draft.put('event.severity', group['no'])
    case 'level.icon':
      // Belongs to the name of the level.
      return true
    case 'time.timestamp':
      return draft.put('@timestamp', group['timestamp'])
    case 'file.path':
      return draft.put('log.origin.file.name', group['path'])
    case 'process.id':
      return draft.put('process.pid', group['id'])
    case 'thread.id':
      return draft.put('process.thread.id', group['id'])
    case 'thread.name':
      return draft.put('process.thread.name', group['name'])
    default:
      return false
  }
}

/** A level of one's own is read by its number: loguru's numbers are Python's. */
function putLevel(draft: Draft, { name, no }: SourceObject): boolean {
  if (typeof name === 'string' && isLevelWord(name)) return draft.put('log.level', name)
  if (!draft.putSeverity(no, 'python')) return false
  draft.leave('level', name)
  return true
}

function putException(draft: Draft, value: SourceValue): SourceValue {
  if (value === null) return undefined
  if (!isSourceObject(value)) return value
  const { type, value: text, traceback, ...rest } = value
  if (typeof type === 'string' && draft.put('error.type', type)) draft.hasError = true
  else setOwn(rest, 'type', type)
  if (typeof text !== 'string' || !draft.put('error.message', text)) setOwn(rest, 'value', text)
  // Only says that there was one.
  if (traceback !== true) setOwn(rest, 'traceback', traceback)
  return Object.keys(rest).length > 0 ? rest : undefined
}
