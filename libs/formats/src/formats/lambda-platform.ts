// AWS Lambda's platform events: `time`, `type: "platform.…"`, `record` (AWS, "Lambda Telemetry API Event schema").
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { setOwn } from '../leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'

const known = new Set(['time', 'type', 'record'])
const failedStatuses = new Set(['failure', 'error', 'timeout'])

export const lambdaPlatform = defineFormat({
  name: 'lambda-platform',
  aliases: ['aws-lambda-platform'],
  shape: 'json',
  signature: '`time`, `record` and a `type` that starts with `platform.`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const { time, type, record } = json.object
    const isPlatform =
      time !== undefined &&
      typeof type === 'string' &&
      type.startsWith('platform.') &&
      record !== undefined
    return isPlatform ? json.object : undefined
  },

  normalize(line: SourceObject, draft: Draft): void {
    const { time, type, record } = line
    draft.from = 'time'
    draft.take('@timestamp', 'time', time)
    draft.from = 'type'
    draft.take('event.action', 'type', type)
    draft.put('message', type)
    if (isSourceObject(record)) writeRecord(draft, record)
    else draft.leave('record', record)
    for (const key in line) if (!known.has(key)) draft.leave(key, line[key])
  },
})

function writeRecord(draft: Draft, record: SourceObject): void {
  const rest: SourceObject = {}
  for (const key in record) {
    const value = record[key]
    draft.from = `record.${key}`
    if (putPart(draft, key, value)) continue
    setOwn(rest, key, value)
    if (key === 'metrics' && isSourceObject(value)) putDuration(draft, value['durationMs'])
    if (key === 'status' && typeof value === 'string' && failedStatuses.has(value)) {
      draft.setOwn('log.level', 'error')
      draft.setOwn('event.outcome', 'failure')
    } else if (key === 'status' && value === 'success') draft.setOwn('event.outcome', 'success')
  }
  if (Object.keys(rest).length > 0) draft.leave('record', rest)
}

function putPart(draft: Draft, key: string, value: SourceValue): boolean {
  if (typeof value !== 'string' || value === '') return false
  switch (key) {
    case 'requestId':
      return draft.put('faas.execution', value)
    case 'functionName':
      return draft.put('faas.name', value)
    case 'functionVersion':
      return draft.put('faas.version', value)
    case 'functionArn':
      return draft.put('faas.id', value)
    case 'errorType':
      return draft.put('error.type', value)
    case 'errorMessage':
      return draft.put('error.message', value)
    default:
      return false
  }
}

/** Kept in `record.metrics` too, beside the durations that have no field. */
function putDuration(draft: Draft, value: SourceValue): void {
  if (typeof value === 'number' && value >= 0) draft.put('event.duration', Math.round(value * 1e6))
}
