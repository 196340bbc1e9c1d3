// The doctor at the disk: what transports of this machine have left there.
import type { Clock } from '@millrace/foundation'
import { inspectSpool, type SegmentInspection } from '@millrace/spool'
import { isDamaged } from '../spool/spool-text.ts'
import { counted } from '../number-text.ts'
import { failed, type Finding, warning, well } from './finding.ts'

const check = 'spool'

export async function* checkSpool(options: {
  directory: string
  /** What the other checks look at: lines for another topic or cluster are somebody else's to send. */
  place: { brokers: readonly string[]; topic: string }
  clock: Clock
  signal: AbortSignal
}): AsyncGenerator<Finding> {
  const { directory, place } = options
  const { segments, problem } = await inspectSpool(directory, options)
  if (problem !== undefined) {
    yield failed(check, problem, 'Transports with this directory keep no line through an outage.')
    return
  }
  const damaged = segments.filter(isDamaged)
  const free = segments.filter(({ heldBy }) => heldBy === undefined)
  const lines = linesOf(free)
  const elsewhere = linesOf(free.filter((segment) => !isFor(place, segment)))
  if (damaged.length > 0) {
    const text = `${counted(damaged.length, 'damaged segment')} in ${directory}`
    yield warning(check, text, '"millrace spool inspect" says what is missing.')
  } else if (lines > 0) {
    const others =
      elsewhere === 0 ? '' : `, ${elsewhere} of them for other brokers or another topic`
    const text = `${counted(lines, 'line')} of processes that have ended in ${directory}${others}`
    yield warning(check, text, elsewhere === 0 ? resendAdvice : otherPlaceAdvice)
  } else if (segments.length > 0) {
    const text = `${counted(linesOf(segments), 'line')} in ${directory}, held by living processes`
    yield well(check, text)
  } else {
    yield well(check, `nothing lies in ${directory}`)
  }
}

const resendAdvice =
  'The next transport with this directory sends them; so does "millrace spool resend".'
const otherPlaceAdvice =
  'The next transport for the same brokers and topic sends them; "millrace spool inspect" says which, "millrace spool resend" sends all.'

function linesOf(segments: readonly SegmentInspection[]): number {
  return segments.reduce((sum, segment) => sum + segment.lines, 0)
}

/** As transports compare: the same topic, and a first contact in common. */
function isFor(
  { brokers, topic }: { brokers: readonly string[]; topic: string },
  { head }: SegmentInspection,
): boolean {
  return head?.topic === topic && head.brokers.some((broker) => brokers.includes(broker))
}
