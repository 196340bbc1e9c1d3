// Plots for people who would rather look: plain SVG text, in colours that read on a light and on a dark page.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Plot {
  title: string
  xTitle: string
  yTitle: string
  /** Decades are as far apart as their neighbours; all values must be positive. */
  xLogarithmic: boolean
  series: readonly Series[]
}

export interface Series {
  name: string
  points: readonly { x: number; y: number }[]
}

const width = 420
const height = 300
const margin = { left: 64, right: 16, top: 40, bottom: 56 }
const colours = ['#2f7ed8', '#d9822b', '#3a9d5d', '#a05bb5']
const ink = '#7a7f87'
const shown = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3, notation: 'compact' })

/** Writes them as one picture; its folder is made. */
export function writePlots(file: string, plots: readonly Plot[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, renderPlots(plots))
}

/** Plots side by side in one picture. */
export function renderPlots(plots: readonly Plot[]): string {
  const panels = plots.map((plot, place) => panel(plot, place * width))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width * plots.length} ${height}" font-family="sans-serif" font-size="11" fill="${ink}">`,
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

function panel(plot: Plot, left: number): string {
  const points = plot.series.flatMap((series) => series.points)
  const x = scale(
    points.map((point) => point.x),
    { from: margin.left, to: width - margin.right, logarithmic: plot.xLogarithmic },
  )
  // From zero, so that half the height is half the value.
  const y = scale([0, ...points.map((point) => point.y)], {
    from: height - margin.bottom,
    to: margin.top,
    logarithmic: false,
  })
  const ticksX = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b)
  const parts = [
    text({ x: margin.left, y: 18, words: plot.title, more: 'font-size="13" font-weight="bold"' }),
    ...thinned(ticksX, x).map((value) => tickX(x(value), value)),
    ...yTicks(points).map((value) => tickY(y(value), value)),
    text({
      x: (margin.left + width - margin.right) / 2,
      y: height - 22,
      words: plot.xTitle,
      more: 'text-anchor="middle"',
    }),
    text({ x: margin.left, y: 33, words: plot.yTitle, more: '' }),
    ...plot.series.map((series, place) => line(series, colours[place % colours.length]!, { x, y })),
    ...legend(plot.series),
  ]
  return `<g transform="translate(${left} 0)">\n${parts.join('\n')}\n</g>`
}

type Scale = (value: number) => number

function scale(
  values: readonly number[],
  range: { from: number; to: number; logarithmic: boolean },
): Scale {
  const { from, to, logarithmic } = range
  const on = (value: number): number => (logarithmic ? Math.log10(value) : value)
  const low = Math.min(...values.map(on))
  const high = Math.max(...values.map(on))
  const span = high === low ? 1 : high - low
  return (value) => Math.round((from + ((on(value) - low) / span) * (to - from)) * 10) / 10
}

/** Labels that would lie on each other are left out. */
function thinned(values: readonly number[], x: Scale): number[] {
  const kept: number[] = []
  for (const value of values) {
    if (kept.length === 0 || x(value) - x(kept.at(-1)!) > 34) kept.push(value)
  }
  return kept
}

function yTicks(points: Series['points']): number[] {
  const high = Math.max(...points.map((point) => point.y))
  const rough = high / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough)!
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, place) => place * step)
}

function tickX(at: number, value: number): string {
  const bottom = height - margin.bottom
  const mark = `<line x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}" stroke="${ink}"/>`
  const words = shown.format(value)
  return mark + text({ x: at, y: bottom + 17, words, more: 'text-anchor="middle"' })
}

function tickY(at: number, value: number): string {
  const grid = `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" stroke="${ink}" stroke-opacity="0.25"/>`
  const words = shown.format(value)
  return grid + text({ x: margin.left - 6, y: at + 4, words, more: 'text-anchor="end"' })
}

function line(series: Series, colour: string, { x, y }: { x: Scale; y: Scale }): string {
  const places = series.points.map((point) => `${x(point.x)},${y(point.y)}`)
  const few = series.points.length <= 40
  const dots = few ? series.points.map((point) => dot(x(point.x), y(point.y), colour)) : []
  return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${places.join(' ')}"/>${dots.join('')}`
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`
}

function legend(series: readonly Series[]): string[] {
  if (series.length < 2) return []
  return series.map(({ name }, place) => {
    const x = margin.left + 8 + place * 110
    const y = height - 6
    return (
      dot(x, y - 4, colours[place % colours.length]!) + text({ x: x + 8, y, words: name, more: '' })
    )
  })
}

function text({
  x,
  y,
  words,
  more,
}: {
  x: number
  y: number
  words: string
  more: string
}): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" ${more}>${escaped}</text>`
}
