// When what goes wrong: a pure function of the seed, the kinds of fault and the size of the run.
import { type Random, seededRandom } from '@millrace/foundation'
import { type FaultKind, faultKinds } from './fault-kinds.ts'

export interface PlannedFault {
  /** From 1. */
  number: number
  kind: FaultKind
  /** Since the load began. Unit: ms. */
  atMs: number
  durationMs: number
  /** Which one of several, from 0; taken modulo how many there are. */
  which: number
  /** Decides among variants of the kind; in [0, 1). */
  variant: number
}

export interface Schedule {
  seed: number
  events: number
  /** How long the services log. Unit: ms. */
  loadMs: number
  /** Of all services together. Unit: lines per second. */
  rate: number
  faults: PlannedFault[]
}

export interface ScheduleOptions {
  seed: number
  events: number
  kinds: readonly FaultKind[]
  faultCount: number
  /** Most lines per second of all services together. */
  rateMax: number
  /** Time between the begins of two faults. Unit: ms. */
  slotMs: number
}

/** The same options give the same schedule on every machine. */
export function planSchedule(options: ScheduleOptions): Schedule {
  const { seed, events, kinds, faultCount, rateMax, slotMs } = options
  const random = seededRandom(seed)
  const loadMs = Math.round(Math.max((faultCount + 1) * slotMs, (events / rateMax) * 1_000))
  const gapMs = loadMs / (faultCount + 1)
  // A fault that lasts longer than a third of a short run would leave room for nothing else.
  const longestMs = Math.max(2 * slotMs, loadMs / 3)
  const drawKind = bagOf(kinds, random)
  const faults = Array.from({ length: kinds.length === 0 ? 0 : faultCount }, (_, index) => {
    const kind = drawKind()
    const [shortest, longest] = faultKinds[kind].durationMs
    // Evenly over the orders of magnitude: most are short, a few are long.
    const durationMs = shortest * (Math.min(longest, longestMs) / shortest) ** random.next()
    return {
      number: index + 1,
      kind,
      atMs: Math.round((index + 0.5 + random.next() / 2) * gapMs),
      durationMs: Math.round(durationMs),
      which: Math.floor(random.next() * 1_000),
      variant: random.next(),
    }
  })
  return { seed, events, loadMs, rate: Math.ceil((events / loadMs) * 1_000), faults }
}

/** Draws each kind once before any comes again. */
function bagOf(kinds: readonly FaultKind[], random: Random): () => FaultKind {
  const sorted = kinds.toSorted()
  let bag: FaultKind[] = []
  return () => {
    if (bag.length === 0) bag = [...sorted]
    const [kind] = bag.splice(Math.floor(random.next() * bag.length), 1)
    return kind!
  }
}

/** One line per fault. */
export function describeSchedule({ seed, events, loadMs, rate, faults }: Schedule): string {
  const lines = faults.map(
    ({ number, kind, atMs, durationMs }) =>
      `${String(number).padStart(4)}  at ${seconds(atMs).padStart(7)} for ${seconds(durationMs).padStart(6)}  ${kind}`,
  )
  const head = `seed ${seed}: ${events} events in ${seconds(loadMs)} (${rate} a second), ${faults.length} faults`
  return [head, ...lines].join('\n')
}

/** `12.3 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
