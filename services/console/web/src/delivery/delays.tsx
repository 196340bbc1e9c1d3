// How long events take, as percentiles on one common scale.
import type { DelaysPart, Percentiles } from '../../../server/api.mts'
import { ScrollX } from '../shell/scroll-x.tsx'
import { countText, durationText } from '../text/number-text.ts'

export function Delays({ delays }: { delays: DelaysPart }) {
  const { indexing, endToEnd } = delays
  if (delays.events === 0) {
    return <p class="muted">No event was indexed in the last {durationText(delays.windowMs)}.</p>
  }
  const both = [indexing, endToEnd].filter((each) => each !== undefined)
  const scale = {
    least: Math.max(1, Math.min(...both.map(({ p50 }) => p50)) / 2),
    most: Math.max(2, ...both.map(({ max }) => max)),
  }
  return (
    <>
      <ScrollX label="Delay percentiles">
        <table class="figures-table delays">
          <thead>
            <tr>
              <th scope="col">from … to indexer</th>
              {['p50', 'p90', 'p99', 'max'].map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
              <th scope="col">
                <span class="unseen">on one scale</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {endToEnd !== undefined && (
              <Row name="the logger’s time" percentiles={endToEnd} scale={scale} />
            )}
            {indexing !== undefined && <Row name="Kafka" percentiles={indexing} scale={scale} />}
          </tbody>
        </table>
      </ScrollX>
      <p class="muted">
        {countText(delays.events)} events of the last {durationText(delays.windowMs)}; logarithmic
        scale. The clocks of other machines are in the logger’s time.
      </p>
    </>
  )
}

interface Scale {
  least: number
  most: number
}

function Row({
  name,
  percentiles,
  scale,
}: {
  name: string
  percentiles: Percentiles
  scale: Scale
}) {
  const { p50, p90, p99, max } = percentiles
  return (
    <tr>
      <th scope="row">{name}</th>
      {[p50, p90, p99, max].map((value, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- four columns
        <td key={index} class="number">
          {durationText(value)}
        </td>
      ))}
      <td class="spread">
        <span aria-hidden="true">
          <i class="wide-part" style={span(p50, max, scale)} />
          <i class="middle-part" style={span(p50, p99, scale)} />
          <i class="median" style={{ left: place(p50, scale) }} />
        </span>
      </td>
    </tr>
  )
}

/** Percent of the way along the scale, by logarithm: a second must be seen beside an hour. */
function place(valueMs: number, { least, most }: Scale): string {
  const share = Math.log(Math.max(least, valueMs) / least) / Math.max(Math.log(most / least), 0.001)
  return `${Math.min(100, share * 100)}%`
}

function span(from: number, to: number, scale: Scale): { left: string; right: string } {
  return { left: place(from, scale), right: `calc(100% - ${place(to, scale)})` }
}
