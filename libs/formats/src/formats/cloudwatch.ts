// CloudWatch Logs subscriptions: one event for each of `logEvents`, whose message has a format of its own (AWS, "Subscription filters").
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import { isSourceObject, type SourceObject } from '../parse-json.ts'

/** Most events of one record. CloudWatch sends far fewer: a batch is at most 1 MiB. */
export const cloudwatchEventsMax = 10_000

export const cloudwatch = defineFormat({
  name: 'cloudwatch',
  aliases: ['aws-cloudwatch', 'cloudwatch-logs'],
  shape: 'json',
  signature: '`messageType` `DATA_MESSAGE` or `CONTROL_MESSAGE` with a list `logEvents`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { messageType } = line
    const isKnown = messageType === 'DATA_MESSAGE' || messageType === 'CONTROL_MESSAGE'
    return isKnown && Array.isArray(line['logEvents']) ? line : undefined
  },

  normalize(line: SourceObject, draft: Draft, context: FormatContext): void {
    if (line['messageType'] === 'CONTROL_MESSAGE') {
      // CloudWatch asks whether the way is open; nothing happened.
      context.discard(draft)
      return
    }
    const { messageType: _type, logEvents, ...shared } = line
    const all = logEvents as unknown[]
    const events = all.filter(isSourceObject)
    if (events.length === 0 || events.length < all.length || events.length > cloudwatchEventsMax) {
      draft.keepsOriginal = true
    }
    if (events.length > cloudwatchEventsMax) {
      draft.note('unsplit', events.length)
      events.length = 0
    }
    if (events.length === 0) writeShared(draft, shared)
    for (const [index, event] of events.entries()) {
      const target = index === 0 ? draft : context.nextEvent()
      if (events.length > 1 && events.length === all.length) {
        const { message } = event
        if (typeof message === 'string') target.original = message
      }
      writeEvent(target, event, context)
      writeShared(target, shared)
    }
  },
})

function writeEvent(draft: Draft, event: SourceObject, context: FormatContext): void {
  const { message, timestamp, ...rest } = event
  if (typeof message === 'string') context.unwrap(message.replace(/\r?\n$/, ''), draft)
  else draft.leave('message', message)
  draft.from = 'timestamp'
  if (timestamp !== undefined) draft.take('@timestamp', 'timestamp', timestamp)
  for (const key in rest) draft.leave(key, rest[key])
}

function writeShared(draft: Draft, shared: SourceObject): void {
  for (const key in shared) {
    draft.from = key
    if (key === 'owner') draft.take('cloud.account.id', key, shared[key])
    else draft.leave(key, shared[key])
  }
}
