// The type guard's eye for addresses: what Elasticsearch takes into a field of type `ip`.

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const group = /^[0-9a-fA-F]{1,4}$/

/** Whether `text` is an IPv4 or IPv6 address, without zone, port or brackets. */
export function isIpAddress(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false
  return text.includes(':') ? isIpv6(text) : ipv4.test(text)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const left = countGroups(halves[0]!, halves.length === 1)
  if (halves.length === 1) return left === 8
  const right = countGroups(halves[1]!, true)
  return left >= 0 && right >= 0 && left + right <= 7
}

/** Sixteen-bit groups in one half; -1 when it holds anything else. A dotted tail counts as two. */
function countGroups(half: string, mayEndDotted: boolean): number {
  if (half === '') return 0
  const parts = half.split(':')
  let count = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    if (group.test(part)) count++
    else if (mayEndDotted && index === parts.length - 1 && ipv4.test(part)) count += 2
    else return -1
  }
  return count
}
