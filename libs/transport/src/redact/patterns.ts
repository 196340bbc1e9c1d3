// Redaction by value: what a secret looks like, wherever it stands. Each finder takes time in proportion to its text.

/** Told the place of each value that was found, in order. */
export type Found = (from: number, to: number) => void
export type Find = (text: string, found: Found) => void
export interface Finder {
  find: Find
  /** Whether something can be found in one text of a line though nothing is found in the line as a whole: `^` and `$`. */
  isAnchored: boolean
}

/** Shortest thing behind `Bearer` that is a token though it has no digit: prose says `bearer authentication` too. */
const letterTokenMin = 24
const localPartMax = 64
const domainMax = 255

const bearerPattern = /bearer(?:[ \t:=+]|%20){1,4}((?:[\w.~+/-]|\\\/|%[0-9a-f]{2})+=*)/gi

/** What follows the word `Bearer` (RFC 6750 2.1). The word stays. */
function bearer(text: string, found: Found): void {
  for (const match of text.matchAll(bearerPattern)) {
    const token = match[1]!
    const to = match.index + match[0].length
    if (/\d/.test(token) || token.length >= letterTokenMin) found(to - token.length, to)
  }
}

const jwtPattern = /(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]*){1,4}/g

/** A signed or encrypted token (RFC 7515, RFC 7516), also one that was cut: a first part that begins with `{"`, then others. */
function jwt(text: string, found: Found): void {
  if (!text.includes('eyJ')) return
  for (const { 0: token, index } of text.matchAll(jwtPattern)) {
    const [, second = '', third] = token.split('.')
    if (third !== undefined || second.startsWith('eyJ')) found(index, index + token.length)
  }
}

const localByte = /[\w.%+\-\u0080-\u{10ffff}]/u
const domainByte = /[a-z0-9.\-\u0080-\u{10ffff}]/iu
const domainEnd = /\.[a-z\u0080-\u{10ffff}]{2,}$/iu

/** RFC 5321 addresses without comments and quotes, also as they stand in an address of the web (`%40`). */
function email(text: string, found: Found): void {
  let free = 0
  for (const { 0: sign, index: at } of text.matchAll(/@|%40/g)) {
    let from = at
    const lowest = Math.max(free, at - localPartMax)
    while (from > lowest && localByte.test(text[from - 1]!)) from--
    const start = at + sign.length
    let to = start
    const highest = Math.min(text.length, start + domainMax)
    while (to < highest && domainByte.test(text[to]!)) to++
    while (to > start && /[.-]/.test(text[to - 1]!)) to--
    if (from === at || !domainEnd.test(text.slice(start, to))) continue
    found(from, to)
    free = to
  }
}

/** Ranges of the card networks (ISO/IEC 7812), with the lengths that each gives out. */
const cardNumber = new RegExp(
  [
    '4\\d{12}(?:\\d{3}){0,2}',
    '(?:5[1-5]\\d\\d|222[1-9]|22[3-9]\\d|2[3-6]\\d\\d|27[01]\\d|2720)\\d{12}',
    '3[47]\\d{13}',
    '3(?:0[0-5]|095|[689]\\d)\\d{11,16}',
    '35(?:2[89]|[3-8]\\d)\\d{12,15}',
    '6(?:011|4[4-9]\\d|5\\d\\d|0\\d\\d)\\d{12,15}',
    '(?:62|81|82)\\d{14,17}',
    '(?:5018|5020|5038|508\\d|5893|6304|6759|676[1-3])\\d{9,15}',
    '220[0-4]\\d{12,15}',
  ]
    .map((network) => `^(?:${network})$`)
    .join('|'),
)
const cardDigitsMin = 13
const cardDigitsMax = 19
const cardGroupMin = 3
const digitGroups = /\d+(?:[ -]\d+)*/g

/** Numbers of 13 to 19 digits, also in groups, that a card network may have given out and whose check digit is right (ISO/IEC 7812-1, Luhn). */
function card(text: string, found: Found): void {
  for (const { 0: run, index } of text.matchAll(digitGroups)) {
    if (run.length < cardDigitsMin) continue
    const groups = [...run.matchAll(/\d+/g)]
    for (let first = 0; first < groups.length; first++) {
      const last = lastGroupOfCard(groups, first)
      if (last === undefined) continue
      const from = index + groups[first]!.index
      const to = index + groups[last]!.index + groups[last]![0].length
      if (isPartOfMore(text, from, to)) continue
      found(from, to)
      first = last
    }
  }
}

function lastGroupOfCard(groups: readonly RegExpExecArray[], first: number): number | undefined {
  let digits = ''
  let shortest = cardDigitsMax
  for (let last = first; last < groups.length; last++) {
    // Only the last group may be shorter than people write them: 4-4-4-4-1 and 4-6-4.
    if (shortest < cardGroupMin) return undefined
    shortest = groups[last]![0].length
    digits += groups[last]![0]
    if (digits.length > cardDigitsMax) return undefined
    if (digits.length >= cardDigitsMin && cardNumber.test(digits) && isLuhn(digits)) return last
  }
  return undefined
}

/** Letters, or the other digits of a fraction: `0.4111111111111111`. */
function isPartOfMore(text: string, from: number, to: number): boolean {
  return (
    /\w/.test(text[from - 1] ?? '') ||
    /^\d\.$/.test(text.slice(Math.max(0, from - 2), from)) ||
    /\w/.test(text[to] ?? '')
  )
}

function isLuhn(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48
    const doubled = digit * 2
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

export const patternNames = ['bearer', 'card', 'email', 'jwt'] as const
export type PatternName = (typeof patternNames)[number]

const named: Readonly<Record<PatternName, Find>> = { bearer, card, email, jwt }

export function namedFinder(name: PatternName): Finder {
  return { find: named[name], isAnchored: false }
}
