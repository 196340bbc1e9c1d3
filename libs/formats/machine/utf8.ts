// UTF-8, well-formed (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.

export function isUtf8(start: i32, end: i32): bool {
  let at = start
  while (at < end) {
    const lead = load<u8>(at++)
    if (lead < 0x80) continue
    if (lead < 0xc2 || lead > 0xf4) return false
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    if (at + more > end) return false
    const second = load<u8>(at)
    if (second < leastSecond(lead) || second > mostSecond(lead)) return false
    for (let next = 1; next < more; next++) {
      if ((load<u8>(at + next) & 0xc0) != 0x80) return false
    }
    at += more
  }
  return true
}

function leastSecond(lead: u8): u8 {
  if (lead == 0xe0) return 0xa0
  return lead == 0xf0 ? 0x90 : 0x80
}

function mostSecond(lead: u8): u8 {
  if (lead == 0xed) return 0x9f
  return lead == 0xf4 ? 0x8f : 0xbf
}
