// How many events when, by level; dragging over it narrows the time.
import { useMemo, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { HistogramAnswer, HistogramBucket, Level, SearchScope } from '../../../server/api.mts'
import { messageOf, withQuery } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { axesOf } from '../charts/axes.ts'
import { Chart, type Colours } from '../charts/chart.tsx'
import { useIsPhone } from '../rows/use-media.ts'
import { levelsDown } from '../text/levels.ts'
import { countText, durationText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'

interface HistogramProps {
  scope: Required<SearchScope> | undefined
  onZoom: (fromMs: number, toMs: number) => void
}

const heightPx = 112
const bucketsWide = 90
const bucketsPhone = 40
const shortestZoomPx = 6

export function Histogram({ scope, onZoom }: HistogramProps) {
  const buckets = useIsPhone() ? bucketsPhone : bucketsWide
  const { answer, error } = useAnswer<HistogramAnswer>(
    scope === undefined ? undefined : withQuery('/api/search/histogram', { ...scope, buckets }),
  )
  const [pointed, setPointed] = useState<number>()
  const bucket = pointed === undefined ? undefined : answer?.buckets[pointed]
  const data = useMemo(() => stackedOf(answer?.buckets ?? []), [answer])
  return (
    <figure class="histogram">
      <figcaption>
        {bucket === undefined ? (
          <Legend of={(level) => sumOf(answer, level)} />
        ) : (
          <Legend of={(level) => bucket.levels[level] ?? 0} at={bucket.at} />
        )}
        <span class="hint muted">
          {answer !== undefined && `${durationText(answer.intervalMs)} a bar · drag to zoom`}
        </span>
      </figcaption>
      {error !== undefined && answer === undefined ? (
        <p class="trouble">{messageOf(error)}</p>
      ) : (
        <Chart
          label={labelOf(answer)}
          heightPx={heightPx}
          data={data}
          shape={`${answer?.intervalMs}`}
          options={(colours, library) => optionsOf(colours, library, { setPointed, onZoom })}
        />
      )}
    </figure>
  )
}

/** How many events of each level, of the bar that is pointed at or of all. */
function Legend({ of, at }: { of: (level: Level | 'none') => number; at?: number | undefined }) {
  return (
    <ul class="legend">
      {at !== undefined && (
        <li>
          <Time at={at} form="day" />
        </li>
      )}
      {levelsDown.map((level) => {
        const count = of(level)
        if (count === 0) return null
        return (
          <li key={level} class={level}>
            <i aria-hidden="true" />
            {level === 'none' ? 'no level' : level} <b>{countText(count)}</b>
          </li>
        )
      })}
    </ul>
  )
}

/** One series per level, each on top of those below: the worst stand at the bottom, where even one is seen. */
function stackedOf(buckets: readonly HistogramBucket[]): uPlot.AlignedData {
  const sums = buckets.map(() => 0)
  const series = levelsDown.map((level) =>
    buckets.map((bucket, index) => {
      sums[index] = sums[index]! + (bucket.levels[level] ?? 0)
      return sums[index]
    }),
  )
  // The highest is drawn first, so that the lower ones cover its foot.
  return [buckets.map(({ at }) => at / 1000), ...series.toReversed()]
}

interface Acts {
  setPointed: (index: number | undefined) => void
  onZoom: (fromMs: number, toMs: number) => void
}

function optionsOf(
  colours: Colours,
  library: typeof uPlot,
  { setPointed, onZoom }: Acts,
): Omit<uPlot.Options, 'width' | 'height'> {
  const bars = library.paths.bars!({ size: [0.86, 40], align: 1, gap: 0 })
  return {
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
    },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] } },
    axes: axesOf(colours),
    series: [
      {},
      ...levelsDown.toReversed().map((level: Level | 'none') => ({
        paths: bars,
        points: { show: false },
        width: 0,
        fill: colours(`--fill-${level}`),
      })),
    ],
    hooks: {
      setCursor: [({ cursor }) => setPointed(cursor.idx ?? undefined)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width < shortestZoomPx) return
          onZoom(chart.posToVal(left, 'x') * 1000, chart.posToVal(left + width, 'x') * 1000)
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

function sumOf(answer: HistogramAnswer | undefined, level: Level | 'none'): number {
  return (answer?.buckets ?? []).reduce((sum, { levels }) => sum + (levels[level] ?? 0), 0)
}

function labelOf(answer: HistogramAnswer | undefined): string {
  const parts = levelsDown.map((level) => [level, sumOf(answer, level)] as const)
  const said = parts.filter(([, count]) => count > 0).map(([level, count]) => `${level} ${count}`)
  return `Events over time by level: ${said.join(', ') || 'none'}`
}
