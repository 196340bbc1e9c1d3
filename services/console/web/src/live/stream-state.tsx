// How the stream is, in one word and one colour; the whole sentence under the pointer and for screen readers.
import { countText } from '../text/number-text.ts'
import type { LiveSnapshot } from './live-stream.ts'

const words = {
  connecting: ['wait', 'Connecting', 'The stream is being opened.'],
  live: ['well', 'Live', 'Events are shown as they arrive.'],
  reconnecting: [
    'wait',
    'Reconnecting',
    'The console does not answer; the page tries again by itself.',
  ],
  trouble: ['bad', 'Kafka unreachable', 'The console tries again by itself.'],
  paused: ['wait', 'Paused', 'Events are counted but not shown.'],
} as const

export function StreamState({ snapshot }: { snapshot: LiveSnapshot }) {
  const { state, isPaused, message, skipped } = snapshot
  const [kind, word, sentence] = words[isPaused && state === 'live' ? 'paused' : state]
  const left =
    skipped === 0
      ? ''
      : ` ${countText(skipped)} records were skipped unread: more came than can be read.`
  return (
    <span class={`state ${kind}`} role="status" title={`${message ?? sentence}${left}`}>
      {word}
    </span>
  )
}
