// The fixed place at a segment's begin: how far the instance has counted, which lines the segment holds, and how much was written and sent.
import { crc32c } from '@millrace/foundation'

/** All members only grow (`first` is set once), so the greatest of several copies is the newest. */
export interface Mark {
  /** Highest sequence that the instance had given to a line. */
  issued: number
  /** Lowest and highest sequence in the segment; 0 for none. */
  first: number
  last: number
  /** Everything before this byte of the file was sent. */
  sentBytes: number
  /** Everything before this byte was written. */
  endBytes: number
}

/** `MLSPOOL` and the version of the layout. */
const magic = Buffer.from('MLSPOOL\u0001', 'latin1')
const slotBytes = 32
const checkedBytes = 28
/** Frames begin here: after the magic and two slots. */
export const preludeBytes = magic.length + 2 * slotBytes

export const noMark: Mark = { issued: 0, first: 0, last: 0, sentBytes: 0, endBytes: 0 }

/** The first bytes of a new segment. */
export function encodePrelude(mark: Mark): Buffer {
  const bytes = Buffer.alloc(preludeBytes)
  magic.copy(bytes)
  encodeMark(mark).copy(bytes, magic.length)
  return bytes
}

/** Two slots are written in turn: a write that is torn leaves the one before it. */
export function markPosition(turn: number): number {
  return magic.length + (turn & 1) * slotBytes
}

export function encodeMark({ issued, first, last, sentBytes, endBytes }: Mark): Buffer {
  const slot = Buffer.alloc(slotBytes)
  slot.writeUIntLE(issued, 0, 6)
  slot.writeUIntLE(first, 6, 6)
  slot.writeUIntLE(last, 12, 6)
  slot.writeUInt32LE(sentBytes, 18)
  slot.writeUInt32LE(endBytes, 22)
  slot.writeUInt32LE(crc32c(slot.subarray(0, checkedBytes)), checkedBytes)
  return slot
}

/** What the intact slots say together, whatever became of the rest. */
export function decodePrelude(bytes: Buffer): { isOurs: boolean; mark: Mark | undefined } {
  const isOurs = bytes.length >= preludeBytes && bytes.subarray(0, magic.length).equals(magic)
  let mark: Mark | undefined
  for (const turn of [0, 1]) {
    const slot = bytes.subarray(markPosition(turn), markPosition(turn) + slotBytes)
    const found = decodeMark(slot)
    if (found !== undefined) mark = mark === undefined ? found : newest(mark, found)
  }
  return { isOurs, mark }
}

function decodeMark(slot: Buffer): Mark | undefined {
  if (slot.length < slotBytes) return undefined
  if (slot.readUInt32LE(checkedBytes) !== crc32c(slot.subarray(0, checkedBytes))) return undefined
  return {
    issued: slot.readUIntLE(0, 6),
    first: slot.readUIntLE(6, 6),
    last: slot.readUIntLE(12, 6),
    sentBytes: slot.readUInt32LE(18),
    endBytes: slot.readUInt32LE(22),
  }
}

function newest(one: Mark, other: Mark): Mark {
  const first = Math.min(one.first || other.first, other.first || one.first)
  return {
    issued: Math.max(one.issued, other.issued),
    first,
    last: Math.max(one.last, other.last),
    sentBytes: Math.max(one.sentBytes, other.sentBytes),
    endBytes: Math.max(one.endBytes, other.endBytes),
  }
}
