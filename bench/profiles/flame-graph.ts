// Flame graphs for people who would rather look: who called whom, as wide as the time that it took. Plain SVG text.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type CpuProfile, selfTimes, type Stages, stagesOf } from './stages.ts'

/** Calls of one function from one place, in all samples together. */
interface Frame {
  name: string
  stage: string
  /** Its own and of what it called. Unit: µs. */
  time: number
  callees: Map<string, Frame>
}

const width = 1200
const rowHeight = 16
const headHeight = 30
const legendRowHeight = 18
const legendColumns = 3
/** Narrower ones are left out. Unit: pixels. */
const leastWidth = 1.5
const characterWidth = 6.3
const ink = '#7a7f87'
// Light enough for dark letters on either kind of page.
const colours =
  '#f2b066 #8fc1ea #9bd3a5 #d7b3e6 #f2d16b #f29a94 #83d0cb #c9c3a5 #c5cbd3 #e8b4cb'.split(' ')

/** Writes the profile as one picture; its folder is made. */
export function writeFlameGraph(
  file: string,
  profile: CpuProfile,
  { title, stages }: { title: string; stages: Stages },
): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, renderFlameGraph(foldProfile(profile, stages), title))
}

/** Frames of the same function under the same callers are one. Node's own are left out where they called somebody. */
export function foldProfile(profile: CpuProfile, stages: Stages): Frame {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const times = selfTimes(profile)
  const stageOf = stagesOf(profile, stages)
  const root: Frame = { name: 'all', stage: '', time: 0, callees: new Map() }
  const fold = (id: number, path: Frame[]): void => {
    const { callFrame, children = [] } = byId.get(id)!
    const stage = stageOf.get(id)
    const isShown = stage !== undefined && !isOfNode(callFrame.url, children.length > 0)
    const ownPath = isShown ? [...path, frameIn(path.at(-1)!, nameOf(callFrame), stage)] : path
    const time = stage === undefined ? 0 : (times.get(id) ?? 0)
    for (const frame of ownPath) frame.time += time
    for (const child of children) fold(child, ownPath)
  }
  if (profile.nodes[0] !== undefined) fold(profile.nodes[0].id, [root])
  return root
}

function isOfNode(url: string, hasCalled: boolean): boolean {
  return url.startsWith('node:') || (url === '' && hasCalled)
}

function frameIn(caller: Frame, name: string, stage: string): Frame {
  let frame = caller.callees.get(name)
  if (frame === undefined) {
    frame = { name, stage, time: 0, callees: new Map() }
    caller.callees.set(name, frame)
  }
  return frame
}

function nameOf({ functionName, url }: { functionName: string; url: string }): string {
  const file = url.startsWith('wasm:') ? 'plan machine' : (url.split('/').at(-1) ?? '')
  const name = functionName === '' ? '(anonymous)' : functionName
  return file === '' ? name : `${name} (${file})`
}

export function renderFlameGraph(root: Frame, title: string): string {
  const stages = [...stageTimes(root)].toSorted(([, one], [, other]) => other - one)
  const colourOf = new Map(
    stages.map(([stage], number) => [stage, colours[number % colours.length]!]),
  )
  const boxes: Box[] = []
  place(root, { left: 0, depth: -1, scale: width / root.time }, boxes)
  const depth = Math.max(0, ...boxes.map((box) => box.depth)) + 1
  const bottom = headHeight + depth * rowHeight
  const legendRows = Math.ceil(stages.length / legendColumns)
  const height = bottom + 12 + legendRows * legendRowHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="${ink}">`,
    `<text x="0" y="18" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...boxes.map((box) => drawBox(box, { bottom, colour: colourOf.get(box.frame.stage)!, root })),
    ...stages.map(([stage], number) => legendEntry(stage, number, colourOf.get(stage)!, bottom)),
    '</svg>',
    '',
  ].join('\n')
}

/** Time of each stage in its own functions. */
function stageTimes(frame: Frame, times = new Map<string, number>()): Map<string, number> {
  let own = frame.time
  for (const callee of frame.callees.values()) {
    own -= callee.time
    stageTimes(callee, times)
  }
  if (frame.stage !== '') times.set(frame.stage, (times.get(frame.stage) ?? 0) + own)
  return times
}

interface Box {
  frame: Frame
  left: number
  width: number
  depth: number
}

function place(
  frame: Frame,
  { left, depth, scale }: { left: number; depth: number; scale: number },
  boxes: Box[],
): void {
  const ownWidth = frame.time * scale
  if (ownWidth < leastWidth) return
  if (depth >= 0) boxes.push({ frame, left, width: ownWidth, depth })
  let at = left
  for (const callee of [...frame.callees.values()].toSorted((a, b) => b.time - a.time)) {
    place(callee, { left: at, depth: depth + 1, scale }, boxes)
    at += callee.time * scale
  }
}

function drawBox(
  { frame, left, width: boxWidth, depth }: Box,
  { bottom, colour, root }: { bottom: number; colour: string; root: Frame },
): string {
  const y = bottom - (depth + 1) * rowHeight
  const share = ((frame.time / root.time) * 100).toFixed(1)
  const characters = Math.floor((boxWidth - 4) / characterWidth)
  const words =
    frame.name.length <= characters ? frame.name : `${frame.name.slice(0, characters - 1)}…`
  const label =
    characters < 4
      ? ''
      : `<text x="${round(left + 2)}" y="${y + 12}" fill="#1d2126">${escaped(words)}</text>`
  return `<g><title>${escaped(frame.name)}: ${share} %</title><rect x="${round(left)}" y="${y}" width="${round(Math.max(boxWidth - 0.5, 0.5))}" height="${rowHeight - 1}" fill="${colour}"/>${label}</g>`
}

function legendEntry(stage: string, number: number, colour: string, bottom: number): string {
  const x = (number % legendColumns) * (width / legendColumns)
  const y = bottom + 14 + Math.floor(number / legendColumns) * legendRowHeight
  return `<rect x="${x}" y="${y}" width="11" height="11" fill="${colour}"/><text x="${x + 17}" y="${y + 10}">${escaped(stage)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
