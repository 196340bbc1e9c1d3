// A segment's name says when it was begun, whose lines it holds and which process has it: renaming it is taking it.

const pattern =
  /^([0-9a-z]{9})-([0-9a-z]{1,32})-([0-9a-z]{6})\.(free|\d{1,10}-[0-9a-z]{1,13}-[0-9a-f]{8})\.spool$/

export interface SegmentName {
  /** Epoch ms. */
  createdAtMs: number
  instance: string
  /** From 1, ascending for each instance. */
  number: number
  /** Who has it, see `owner.ts`; `free` when nobody has. */
  owner: string
}

/** Nobody has the segment: its process has closed it. */
export const free = 'free'

/** Names sort by the time at which the segments were begun. */
export function segmentName({ createdAtMs, instance, number, owner }: SegmentName): string {
  const created = Math.trunc(createdAtMs).toString(36).padStart(9, '0')
  return `${created}-${instance}-${number.toString(36).padStart(6, '0')}.${owner}.spool`
}

/** Undefined for a file that is no segment. */
export function parseSegmentName(name: string): SegmentName | undefined {
  const [, created, instance, number, owner] = pattern.exec(name) ?? []
  if (created === undefined || instance === undefined) return undefined
  if (number === undefined || owner === undefined) return undefined
  return {
    createdAtMs: Number.parseInt(created, 36),
    instance,
    number: Number.parseInt(number, 36),
    owner,
  }
}
