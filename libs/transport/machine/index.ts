// The look machine: WebAssembly (compiled by AssemblyScript) that goes through lines and says where the name of a secret
// may end. It stops too often rather than too seldom: whoever asks looks closer.

/** For each three letters, last one first, by their five lower bits: 1 where a name may end so. */
export const lastLettersAt: usize = 0x1000
/** For each byte: 1 where it counts as a letter. */
export const isLetterAt: usize = 0x9000
/** The bytes that are looked through. Up to 64 behind them are read, and nothing is made of those. */
export const windowAt: usize = 0xa000
export const windowBytesMax: i32 = 0x8000
/** What was found: places in the window, as 16-bit numbers, ascending; one for each of its bytes at most. */
export const foundAt: usize = 0x1_2100
/** Names from their ends to their beginnings, as a tree; what lies behind it belongs to it as well. See `NameTables`. */
export const branchesAt: usize = 0x2_3000

/** As in key-names.ts, which says what they are. */
const nameMaxBytes: usize = 256
const strangeMax: usize = 160
const gapMax: usize = 4
const isWhole: u32 = 0x8000

const lineFeed: u8 = 0x0a
const quote: u8 = 0x22
const slash: u8 = 0x2f
const colon: u8 = 0x3a
const equals: u8 = 0x3d
const greaterThan: u8 = 0x3e
const atSign: u8 = 0x40
const backslash: u8 = 0x5c
const lowerU: u8 = 0x75

/** Bytes before a separator that are read at once: a quote and four more. */
const endingBytes: usize = 5

/** Whether the line so far has a `:/`, the beginning of an address that may hold a password. */
let isInAddress: bool = false

/**
 * @param length bytes in the window
 * @param isNew whether they begin a line, and do not go on where the window before ended
 * @returns how many places were found
 */
export function look(length: i32, isNew: bool): i32 {
  if (isNew) isInAddress = false
  const end = windowAt + <usize>length
  let found = foundAt
  for (let at: usize = windowAt; at < end; at += 64) {
    let marks = marksIn(at) | (marksIn(at + 32) << 32)
    while (marks != 0) {
      const place = at + <usize>ctz(marks)
      marks &= marks - 1
      if (place >= end) break
      if (isWorthALook(place, end)) {
        store<u16>(found, <u16>(place - windowAt))
        found += 2
      }
    }
  }
  return <i32>((found - foundAt) >> 1)
}

/** One bit for each of 32 bytes: those that something may be at. */
function marksIn(at: usize): u64 {
  return <u64>markBits(v128.load(at)) | ((<u64>markBits(v128.load(at, 16))) << 16)
}

function markBits(bytes: v128): u32 {
  // From `:` to `@`: four of these seven are wanted.
  const isBetween = i8x16.lt_u(
    i8x16.sub(bytes, i8x16.splat(colon)),
    i8x16.splat(atSign - colon + 1),
  )
  const isOther = v128.or(
    i8x16.eq(bytes, i8x16.splat(backslash)),
    i8x16.eq(bytes, i8x16.splat(lineFeed)),
  )
  return <u32>i8x16.bitmask(v128.or(isBetween, isOther))
}

function isWorthALook(place: usize, end: usize): bool {
  const byte = load<u8>(place)
  if (isSeparator(byte)) return nameMayEndAt(place, end)
  if (byte == atSign) return isInAddress
  // `\u…`, also behind several backslashes, may be a letter of a name.
  if (byte == backslash) return place + 1 >= end || load<u8>(place + 1) == lowerU
  if (byte == lineFeed) isInAddress = false
  return false
}

function isSeparator(byte: u8): bool {
  return byte == colon || byte == equals || byte == greaterThan
}

/** Without a branch until its last letters are known: which separator comes next is not to be foretold. */
function nameMayEndAt(place: usize, end: usize): bool {
  isInAddress = isInAddress | (load<u8>(place + 1) == slash) | (place + 1 >= end)
  if (place < windowAt + endingBytes) return true
  const letters = load<u32>(place - 4 - <usize>(load<u8>(place - 1) == quote))
  const last = letters >> 24
  const second = (letters >> 16) & 0xff
  const third = (letters >> 8) & 0xff
  const areLetters =
    load<u8>(isLetterAt + last) & load<u8>(isLetterAt + second) & load<u8>(isLetterAt + third)
  const ending = ((last & 31) << 10) | ((second & 31) << 5) | (third & 31)
  if ((areLetters & (load<u8>(lastLettersAt + ending) ^ 1)) != 0) return false
  return areLettersBefore(place)
}

/** Whether the letters before `end` are those of one of the names; `Endings` in key-names.ts does the same. */
function areLettersBefore(end: usize): bool {
  let at = end - 1
  if (isSeparator(load<u8>(at))) return false
  const nearest = end - strangeMax
  while (at >= nearest && load<u8>(isLetterAt + load<u8>(at)) == 0) at--
  const lowest = at - nameMaxBytes
  let node: u32 = 0
  let lastLetter = at
  for (; at >= lowest; at--) {
    if (at < windowAt) return true
    const byte = <usize>load<u8>(at)
    if (load<u8>(isLetterAt + byte) == 0) {
      if (lastLetter - at > gapMax || node == 0) return false
      continue
    }
    lastLetter = at
    node = load<u16>(branchesAt + ((node << 6) | ((byte & 31) << 1)))
    if (node == 0) return false
    if ((node & isWhole) != 0) return true
  }
  return false
}
