// Errors in a line, in the shapes of every logger, become `error.*`.
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { setOwn } from './leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'
import { looksLikeStack, readStackHead } from './stack-text.ts'

const typeKeys = [
  'type',
  'name',
  'errorType',
  'exc_type',
  'className',
  'exception_class',
  'exception.type',
  'exception_name',
]
const messageKeys = ['message', 'errorMessage', 'exc_value', 'value', 'exception_message']
export const stackKeys: readonly string[] = [
  'stack_trace',
  'stack',
  'stackTrace',
  'stacktrace',
  'extendedStackTrace',
  'errorVerbose',
  'exc_info',
  '@x',
]

/** Whether an object under an unknown key is an error all the same: pino's `errorKey` can be any name. */
export function isErrorShaped(value: SourceValue): boolean {
  return (
    isSourceObject(value) &&
    typeof value['stack'] === 'string' &&
    typeof value['message'] === 'string'
  )
}

/** Maps the error under `key`, or leaves it where it was. What ECS has no field for goes to `attributes.error`. */
export function takeError(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value === 'string' && value !== '') takeErrorText(draft, key, value)
  else if (!isSourceObject(value) || draft.hasError) draft.leave(key, value)
  else takeErrorObject(draft, key, value)
}

function takeErrorText(draft: Draft, key: string, text: string): void {
  if (looksLikeStack(text)) {
    if (!takeStack(draft, text)) draft.leave(key, text)
  } else draft.take('error.message', key, text)
}

/** A stack at the root of a line or alone: the class, message and code are read from it unless the line names them. */
export function takeStack(draft: Draft, stack: SourceValue): boolean {
  if (!draft.put('error.stack_trace', stack)) return false
  describeStack(draft)
  return true
}

function describeStack(draft: Draft): void {
  const stack = draft.get('error.stack_trace')
  if (typeof stack !== 'string') return
  const head = readStackHead(stack)
  if (head.type !== undefined) draft.put('error.type', head.type)
  if (head.message !== undefined) draft.put('error.message', head.message)
  if (head.code !== undefined) draft.put('error.code', head.code)
}

function takeErrorObject(draft: Draft, key: string, error: SourceObject): void {
  const used: string[] = []
  putFirst(draft, 'error.stack_trace', error, stackKeys, used)
  const hasMessage = putFirst(draft, 'error.message', error, messageKeys, used)
  putFirst(draft, 'error.type', error, typeKeys, used)
  putFirst(draft, 'error.code', error, ['code'], used)
  if (key === 'error') putFirst(draft, 'error.id', error, ['id'], used)
  if (used.length === 0) {
    draft.leave(key, error)
    return
  }
  draft.hasError = true
  if (!hasMessage || !used.some((name) => typeKeys.includes(name))) describeStack(draft)
  let rest: SourceObject | undefined
  for (const name in error) {
    if (used.includes(name)) continue
    rest ??= {}
    setOwn(rest, name, error[name])
  }
  if (rest !== undefined) draft.leave('error', rest, key)
}

// oxlint-disable-next-line max-params -- called per field of an error; an options object would cost an allocation each time
function putFirst(
  draft: Draft,
  path: EcsPath,
  error: SourceObject,
  names: readonly string[],
  used: string[],
): boolean {
  for (const name of names) {
    // No object of JSON inherits one of these names.
    const value = error[name]
    if (value === undefined || !isUsable(path, value) || !draft.put(path, value)) continue
    used.push(name)
    return true
  }
  return false
}

/** Codes may be numbers (`errno`, HTTP); everything else that says what went wrong is text, stacks also as lines. */
function isUsable(path: EcsPath, value: SourceValue): boolean {
  if (typeof value === 'string') return value !== ''
  if (path === 'error.code' || path === 'error.id') return typeof value === 'number'
  return path === 'error.stack_trace' && Array.isArray(value)
}
