// Memory: what V8 keeps beyond what is needed stays small.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import type { Clock } from '@millrace/foundation'

/** Of both halves of the young generation: hardly anything that an event needs is an object. Unit: bytes. */
const youngBytes = 8 * 1024 * 1024
const watchIntervalMs = 250
/** What the old generation may grow by, past what lived in it at the last full collection, until the next one. */
const oldGrowthPercent = 20

/**
 * Before anything is loaded: what is loaded stays, so the young generation would grow to 32 MiB for nothing, and not get
 * smaller again.
 */
export function boundHeapAtStart(): void {
  letYoungGrow(false)
}

/**
 * V8 doubles the young generation while much survives in it, up to 128 MiB and more. And it lets the old generation double
 * between full collections, so that memory goes up for minutes, although those are cheap here: 13 ms each. For the first,
 * this looks on for as long as the process lives; for one isolate, since flags are the process's: other threads have
 * limits of their own.
 */
export function boundHeap(clock: Clock): void {
  setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`)
  let mayGrow = false
  /** It may grow while it is small, also after an idle time in which V8 made it smaller. */
  const look = (): void => {
    clock.setTimer(watchIntervalMs, look, { unref: true })
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if (space === undefined) return
    const isSmall = space.space_size < youngBytes
    if (isSmall === mayGrow) return
    mayGrow = isSmall
    letYoungGrow(mayGrow)
  }
  look()
}

function letYoungGrow(mayGrow: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
}
