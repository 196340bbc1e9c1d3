// AWS Lambda's JSON log format and Powertools: `timestamp`, `level`, `requestId`, `message` (AWS, "Lambda advanced logging controls").
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import { setOwn } from '../leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'

const paths: readonly (readonly [EcsPath, ...string[]])[] = [
  ['faas.execution', 'requestId', 'AWSRequestId', 'function_request_id'],
  ['faas.coldstart', 'cold_start'],
  ['faas.name', 'function_name', 'functionName'],
  ['faas.version', 'function_version', 'functionVersion'],
  ['faas.id', 'function_arn'],
  ['error.type', 'errorType', 'exception_name'],
]

export const lambda = defineFormat({
  name: 'lambda',
  aliases: ['aws-lambda', 'lambda-json', 'powertools'],
  shape: 'json',
  signature:
    '`requestId`, `AWSRequestId` or `function_request_id`, with `level` and `message` or `errorMessage`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const hasId =
      typeof line['requestId'] === 'string' ||
      typeof line['AWSRequestId'] === 'string' ||
      typeof line['function_request_id'] === 'string'
    const isLambda =
      hasId &&
      typeof line['level'] === 'string' &&
      (line['message'] !== undefined || line['errorMessage'] !== undefined)
    return isLambda ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['timestamp', 'time'])
    takeFirst(draft, line, 'log.level', ['level'])
    const { message } = line
    if (isSourceObject(message)) {
      takeErrorParts(draft, message)
      taken.push('message')
    } else if (typeof message === 'string') takeFirst(draft, line, 'message', ['message'])
    for (const [path, ...keys] of paths) takeFirst(draft, line, path, keys)
    takeFirst(draft, line, 'error.message', ['errorMessage'])
    takeFirst(draft, line, 'error.stack_trace', ['stackTrace'])
    placeRest(draft, line)
  },
})

const errorPaths: Record<string, EcsPath> = {
  errorType: 'error.type',
  errorMessage: 'error.message',
  stackTrace: 'error.stack_trace',
}

/** A message that is an object: an error's parts go where errors are, the rest stays what it was. */
function takeErrorParts(draft: Draft, message: SourceObject): void {
  const rest: SourceObject = {}
  for (const key in message) {
    const value: SourceValue = message[key]
    const path = Object.hasOwn(errorPaths, key) ? errorPaths[key] : undefined
    draft.from = `message.${key}`
    if (path === undefined || !draft.put(path, value)) setOwn(rest, key, value)
  }
  if (Object.keys(rest).length > 0) draft.leave('message', rest)
}
