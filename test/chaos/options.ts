// What a person asks of a chaos run.
import { parseArgs } from 'node:util'
import { systemRandom } from '@millrace/foundation'
import { type FaultKind, faultKindNames, faultKinds, selectFaultKinds } from './fault-kinds.ts'

export interface ChaosOptions {
  events: number
  kinds: FaultKind[]
  faultCount: number
  seed: number
  rateMax: number
  slotMs: number
  isJson: boolean
  keeps: boolean
  records: boolean
}

export const help = `npm run chaos -- [options]

Real services, indexers, three brokers and Elasticsearch; seeded faults; then each line is looked for by its id.

  --events N        lines that the services log; 20000 without it
  --faults LIST     kinds of fault, by name or first word, with commas; all of them without it
  --fault-count N   how many; one for each 10,000 events without it, 8 at least
  --seed S          the same schedule again; a new one without it
  --rate N          most lines a second, of all services together; 2000 without it
  --slot-ms N       least time between the begins of two faults; 4000 without it
  --json            one JSON object on standard output, nothing else there
  --keep            keeps the folder with logs, journals and data
  --record          writes the result into docs/delivery.md

Exit code 0 when the promise held, 1 when it did not, 2 for wrong use. Faults:

${faultKindNames.map((kind) => `  ${kind.padEnd(22)}${faultKinds[kind].says}`).join('\n')}
`

/** Undefined: the help was asked for. @throws TypeError that says what is wrong. */
export function readOptions(parameters: readonly string[]): ChaosOptions | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      events: { type: 'string' },
      faults: { type: 'string' },
      'fault-count': { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      'slot-ms': { type: 'string' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const events = wholeNumber('--events', values.events, [100, 100_000_000]) ?? 20_000
  const names = values.faults?.split(',').map((name) => name.trim()) ?? []
  const given = wholeNumber('--fault-count', values['fault-count'], [0, 10_000])
  return {
    events,
    kinds: names.length === 0 ? faultKindNames : selectFaultKinds(names),
    faultCount: given ?? Math.max(8, Math.round(events / 10_000)),
    seed:
      wholeNumber('--seed', values.seed, [0, 2 ** 32 - 1]) ??
      Math.floor(systemRandom.next() * 2 ** 31),
    rateMax: wholeNumber('--rate', values.rate, [10, 100_000]) ?? 2_000,
    slotMs: wholeNumber('--slot-ms', values['slot-ms'], [100, 600_000]) ?? 4_000,
    isJson: values.json,
    keeps: values.keep,
    records: values.record,
  }
}

function wholeNumber(
  name: string,
  text: string | undefined,
  [least, most]: readonly [number, number],
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, got "${text}"`)
}
