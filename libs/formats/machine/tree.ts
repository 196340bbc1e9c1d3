// The plans of one source: a tree over the constant parts of its lines, walked along a line while its values are found.
import { readTime, timeRead } from './host'
import { durationMsKind, endKind, epochMsKind, isoTimeKind, refusedKind } from './kinds'
import { allocate, boundsAt, copy, isSame } from './memory'
import { isUtf8 } from './utf8'
import { endOf, mayBeWide, notHere, readNumber, resetWide, unusual } from './values'

// A node of the tree.
const nextOffset: usize = 0
const firstOffset: usize = 4
const countOffset: usize = 8
const kindOffset: usize = 12
const templateOffset: usize = 16
const lengthOffset: usize = 20
const constantOffset: usize = 24

/** Ways to go on from one place; each costs a look at the line, so further ones have no plan. */
const waysMax: i32 = 64

// What a walk may end with, other than a template.
const unknownLine: i32 = 0
const unusualLine: i32 = -1
const refusedLine: i32 = -2

/** Of `@timestamp`, epoch ms; 0 when the line has none. */
export let timeMs: f64 = 0
/** Of the same as ISO 8601, where the line says it in a text. */
export let isoLength: i32 = 0
/** Of `event.duration`. Unit: ns. */
export let durationNs: f64 = 0

/** A tree without plans. */
export function newTree(): usize {
  return newNode(0, 0, endKind)
}

/**
 * Walks along the line. One whose time is after `latestMs` is unusual.
 * @returns a template, or one of the words above: no line before was like this one; there is a plan for such lines, but
 * not for these values; lines like this have none
 */
export function find(tree: usize, lineStart: i32, lineEnd: i32, latestMs: f64): i32 {
  resetWide()
  timeMs = 0
  isoLength = 0
  bounds = boundsAt
  let node = tree
  let at = lineStart
  while (true) {
    const found = wayOn(node, at, lineEnd)
    if (found <= 0) return found
    node = <usize>found
    if (load<i32>(node, kindOffset) == endKind) {
      if (!areTexts()) return refusedLine
      return timeMs > latestMs ? unusualLine : load<i32>(node, templateOffset)
    }
    at = load<i32>(bounds - 4)
  }
}

/** The end of the bounds that are known. */
let bounds: usize = boundsAt

/** The node that the line goes on to from `parent`, its value's bounds noted; else one of the words above. */
function wayOn(parent: usize, at: i32, lineEnd: i32): i32 {
  let isUnusual = false
  let before: usize = 0
  let node = <usize>load<u32>(parent, firstOffset)
  while (node != 0) {
    const length = load<i32>(node, lengthOffset)
    const start = at + length
    if (start <= lineEnd && isSame(node + constantOffset, at, length)) {
      const kind = load<i32>(node, kindOffset)
      if (kind == refusedKind) return refusedLine
      const end =
        kind == endKind ? (start == lineEnd ? start : notHere) : read(kind, start, lineEnd)
      if (end >= 0) {
        store<i32>(bounds, start)
        store<i32>(bounds, end, 4)
        if (kind != endKind) bounds += 8
        if (before != 0) bringForward(parent, before, node)
        return <i32>node
      }
      if (end != notHere) isUnusual = true
    }
    before = node
    node = load<u32>(node, nextOffset)
  }
  return isUnusual ? unusualLine : unknownLine
}

/** What came last most often comes next. */
function bringForward(parent: usize, before: usize, node: usize): void {
  store<u32>(before, load<u32>(node, nextOffset), nextOffset)
  store<u32>(node, load<u32>(parent, firstOffset), nextOffset)
  store<u32>(parent, <u32>node, firstOffset)
}

function read(kind: i32, start: i32, lineEnd: i32): i32 {
  const end = endOf(kind, start, lineEnd)
  if (end < 0) return end
  if (kind == epochMsKind) {
    timeMs = readNumber(start, end)
  } else if (kind == durationMsKind) {
    durationNs = rounded(readNumber(start, end) * 1e6)
  } else if (kind == isoTimeKind) {
    isoLength = readTime(start, end)
    if (isoLength < 0) return unusual
    timeMs = timeRead()
  }
  return end
}

/** As Math.round does it. */
function rounded(value: f64): f64 {
  const whole = floor(value)
  return value - whole >= 0.5 ? whole + 1 : whole
}

/** Whether the values are UTF-8; what is between them is, as it was in the line that the plan was made from. */
function areTexts(): bool {
  if (mayBeWide == 0) return true
  for (let value = boundsAt; value < bounds; value += 8) {
    if (!isUtf8(load<i32>(value), load<i32>(value, 4))) return false
  }
  return true
}

/** The way on from `parent` over that constant to a value of that kind, made if need be; 0 where there are too many. */
export function way(parent: usize, constant: usize, length: i32, kind: i32): usize {
  let last: usize = 0
  let node = <usize>load<u32>(parent, firstOffset)
  while (node != 0) {
    const isIt = load<i32>(node, kindOffset) == kind && load<i32>(node, lengthOffset) == length
    if (isIt && isSame(node + constantOffset, constant, length)) return node
    last = node
    node = load<u32>(node, nextOffset)
  }
  const count = load<i32>(parent, countOffset)
  if (count == waysMax) return 0
  const added = newNode(constant, length, kind)
  store<i32>(parent, count + 1, countOffset)
  if (last == 0) store<u32>(parent, <u32>added, firstOffset)
  else store<u32>(last, <u32>added, nextOffset)
  return added
}

export function endWith(node: usize, template: usize): void {
  store<u32>(node, <u32>template, templateOffset)
}

function newNode(constant: usize, length: i32, kind: i32): usize {
  const node = allocate(<i32>constantOffset + length)
  store<u32>(node, 0, nextOffset)
  store<u32>(node, 0, firstOffset)
  store<i32>(node, 0, countOffset)
  store<i32>(node, kind, kindOffset)
  store<u32>(node, 0, templateOffset)
  store<i32>(node, length, lengthOffset)
  if (length > 0) copy(node + constantOffset, constant, length)
  return node
}
