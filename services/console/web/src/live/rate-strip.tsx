// The last minute at a glance: events per second, stacked by level.
import { nowMs } from '../clock.ts'
import { levelsDown } from '../text/levels.ts'
import { shortCountText } from '../text/number-text.ts'
import type { Second } from './live-stream.ts'

const secondsShown = 60
const heightPx = 28
const barWidthPx = 3
const gapPx = 1

export function RateStrip({ seconds }: { seconds: readonly Second[] }) {
  const end = Math.floor(nowMs() / 1000)
  const bySecond = new Map(seconds.map((each) => [each.second, each]))
  const highest = Math.max(1, ...seconds.map(({ total }) => total))
  // The second that runs is not full yet.
  const latest = bySecond.get(end - 1)?.total ?? 0
  const bars = Array.from({ length: secondsShown }, (_, index) => ({
    x: index * (barWidthPx + gapPx),
    second: bySecond.get(end - secondsShown + index),
  }))
  const width = secondsShown * (barWidthPx + gapPx)
  return (
    <figure class="rate">
      <svg
        role="img"
        aria-label={`Events per second in the last minute: now ${latest}, highest ${highest}`}
        viewBox={`0 0 ${width} ${heightPx}`}
        width={width}
        height={heightPx}
      >
        {bars.map(
          ({ x, second }) =>
            second !== undefined && <Bar key={x} x={x} second={second} highest={highest} />,
        )}
      </svg>
      <figcaption>
        <b>{shortCountText(latest)}</b> events/s
      </figcaption>
    </figure>
  )
}

function Bar({ x, second, highest }: { x: number; second: Second; highest: number }) {
  let bottom = heightPx
  return (
    <>
      {levelsDown.toReversed().map((level) => {
        const count = second.levels[level] ?? 0
        if (count === 0) return null
        const height = (count / highest) * heightPx
        bottom -= height
        return (
          <rect
            key={level}
            class={`fill ${level}`}
            x={x}
            y={bottom}
            width={barWidthPx}
            height={height}
          />
        )
      })}
    </>
  )
}
