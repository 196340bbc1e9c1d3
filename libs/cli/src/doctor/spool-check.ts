// The doctor at the disk: what transports of this machine have left there.
import type { Clock } from '@millrace/foundation'
import { inspectSpool } from '@millrace/spool'
import { isDamaged } from '../spool/spool-text.ts'
import { counted } from '../number-text.ts'
import { failed, type Finding, warning, well } from './finding.ts'

const check = 'spool'

export async function* checkSpool(options: {
  directory: string
  clock: Clock
  signal: AbortSignal
}): AsyncGenerator<Finding> {
  const { directory } = options
  const { segments, problem } = await inspectSpool(directory, options)
  if (problem !== undefined) {
    yield failed(check, problem, 'Transports with this directory keep no line through an outage.')
    return
  }
  const damaged = segments.filter(isDamaged)
  const free = segments.filter(({ heldBy }) => heldBy === undefined)
  const lines = free.reduce((sum, segment) => sum + segment.lines, 0)
  if (damaged.length > 0) {
    const text = `${counted(damaged.length, 'damaged segment')} in ${directory}`
    yield warning(check, text, '"millrace spool inspect" says what is missing.')
  } else if (lines > 0) {
    const text = `${counted(lines, 'line')} of processes that have ended in ${directory}`
    const advice =
      'The next transport with this directory sends them; so does "millrace spool resend".'
    yield warning(check, text, advice)
  } else if (segments.length > 0) {
    const count = segments.reduce((sum, segment) => sum + segment.lines, 0)
    const text = `${counted(count, 'line')} in ${directory}, held by living processes`
    yield well(check, text)
  } else {
    yield well(check, `nothing lies in ${directory}`)
  }
}
