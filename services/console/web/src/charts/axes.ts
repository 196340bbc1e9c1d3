// Axes that all charts have in common: quiet lines, small digits.
import type uPlot from 'uplot'
import { shortCountText } from '../text/number-text.ts'
import type { Colours } from './chart.tsx'

const font = '11px "Inter Variable", system-ui, sans-serif'

/** Time below, counts on the left. */
export function axesOf(colours: Colours, valueText = shortCountText): uPlot.Axis[] {
  const stroke = colours('--muted')
  const grid = { stroke: colours('--line'), width: 1 }
  return [
    {
      stroke,
      font,
      grid: { show: false },
      ticks: { show: false },
      size: 22,
      gap: 4,
      space: 70,
      values: timeValues,
    },
    {
      stroke,
      font,
      grid,
      ticks: { show: false },
      size: 46,
      gap: 4,
      space: 26,
      values: (_, splits) => splits.map((each) => (Number.isInteger(each) ? valueText(each) : '')),
    },
  ]
}

const hour = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const second = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

function timeValues(_: uPlot, splits: number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0)
  return splits.map((at) => {
    const date = new Date(at * 1000)
    if (step >= 86_400 || (date.getHours() === 0 && date.getMinutes() === 0 && step >= 3600))
      return day.format(date)
    return (step < 60 ? second : hour).format(date)
  })
}
