// Kubernetes container runtime lines: `TIME stdout|stderr P|F content` (kubelet `cri/logs`); the content has a format of its own.
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import { takePart } from '../text-parts.ts'

const prefix =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,24}) (stdout|stderr) ([PF])(?::\S{0,64})?(?: |$)/
const prefixLengthMax = 160

export const cri = defineFormat({
  name: 'cri',
  aliases: ['kubernetes', 'containerd'],
  shape: 'text',
  signature: '`time stdout|stderr P|F content`',

  recognize: ({ text }: Line): RegExpExecArray | undefined =>
    prefix.exec(text.slice(0, prefixLengthMax)) ?? undefined,

  normalize(
    [whole, time, stream, tag]: RegExpExecArray,
    draft: Draft,
    context: FormatContext,
  ): void {
    context.unwrap(context.line.text.slice(whole.length), draft)
    draft.keepsOriginal = true
    if (!draft.has('@timestamp')) takePart(draft, 'time', '@timestamp', time)
    draft.leave('stream', stream)
    // The runtime cut the line here and the rest follows in the next record.
    if (tag === 'P') draft.leave('logtag', tag)
  },
})
