// Memory: what V8 keeps for new objects stays small, although much of what is new lives until Elasticsearch has answered.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import type { Clock } from '@millrace/foundation'

/** Of both halves of the young generation. Smaller ones are collected too often for what is in flight. Unit: bytes. */
const enoughBytes = 32 * 1024 * 1024
const watchIntervalMs = 250

/**
 * V8 doubles the young generation while much survives in it, up to 128 MiB and more, and what is in flight always
 * survives. It may grow while it is small, also after an idle time in which V8 made it smaller. Looks on for as long as
 * the process lives; for one isolate, since the flag is the process's: other threads have limits of their own.
 */
export function boundYoungGeneration(clock: Clock): void {
  let mayGrow = true
  const look = (): void => {
    clock.setTimer(watchIntervalMs, look, { unref: true })
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if (space === undefined) return
    const isSmall = space.space_size < enoughBytes
    if (isSmall === mayGrow) return
    mayGrow = isSmall
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
  }
  look()
}
