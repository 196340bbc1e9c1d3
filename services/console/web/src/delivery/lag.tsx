// The lag: how far the indexers are behind, over time and partition by partition.
import { useMemo } from 'preact/hooks'
import type uPlot from 'uplot'
import type { LagPart, PartitionLag, WorkersPart } from '../../../server/api.mts'
import { axesOf } from '../charts/axes.ts'
import { Chart, type Colours } from '../charts/chart.tsx'
import { ScrollX } from '../shell/scroll-x.tsx'
import { LineText } from '../text/log-text.tsx'
import { countText, durationText, shortCountText } from '../text/number-text.ts'
import { memberName } from './workers.tsx'

interface LagProps {
  lag: LagPart
  members: WorkersPart['members']
}

const heightPx = 120

export function Lag({ lag, members }: LagProps) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      lag.history.map(({ at }) => at / 1000),
      lag.history.map((point) => point.lag),
    ],
    [lag],
  )
  const highest = Math.max(0, ...lag.history.map((point) => point.lag))
  const most = Math.max(1, ...lag.partitions.map((partition) => partition.lag))
  return (
    <>
      <p class="headline">
        <b title={countText(lag.lag)}>{shortCountText(lag.lag)}</b> records behind
        <span class="muted">{paceText(lag)}</span>
      </p>
      <Chart
        label={`Lag over time: now ${lag.lag} records, highest ${highest}`}
        heightPx={heightPx}
        data={data}
        shape="lag"
        options={optionsOf}
      />
      <ScrollX label="Lag per partition">
        <table class="figures-table">
          <thead>
            <tr>
              <th scope="col" class="number">
                partition
              </th>
              <th scope="col" class="number">
                committed
              </th>
              <th scope="col" class="number">
                end
              </th>
              <th scope="col" class="number">
                lag
              </th>
              <th scope="col">in the last minute</th>
              <th scope="col">owner</th>
            </tr>
          </thead>
          <tbody>
            {lag.partitions.map((partition) => (
              <Partition
                key={partition.partition}
                partition={partition}
                most={most}
                owner={ownerName(partition, members)}
              />
            ))}
          </tbody>
        </table>
      </ScrollX>
    </>
  )
}

function Partition({
  partition,
  most,
  owner,
}: {
  partition: PartitionLag
  most: number
  owner: string | undefined
}) {
  return (
    <tr>
      <th scope="row" class="number">
        {partition.partition}
      </th>
      <td class="number">
        {partition.committed === undefined ? '–' : countText(partition.committed)}
      </td>
      <td class="number">{countText(partition.end)}</td>
      <td class={`number with-bar ${partition.lag === 0 ? 'zero' : ''}`}>
        <i aria-hidden="true" style={{ width: `${(partition.lag / most) * 100}%` }} />
        {countText(partition.lag)}
      </td>
      <td>{trendText(partition.trend)}</td>
      <td>
        {owner === undefined ? <span class="warn-text">nobody</span> : <LineText text={owner} />}
      </td>
    </tr>
  )
}

function ownerName({ owner }: PartitionLag, members: WorkersPart['members']): string | undefined {
  const member = members.find(({ memberId }) => memberId === owner)
  return member === undefined ? owner : memberName(member, members)
}

function trendText(trend: number | undefined): string {
  if (trend === undefined) return ''
  if (trend === 0) return 'no change'
  return trend > 0 ? `↗ ${countText(trend)}` : `↘ ${countText(-trend)}`
}

function paceText({ arrivingPerSecond, committedPerSecond, emptyInSeconds }: LagPart): string {
  const parts: string[] = []
  if (arrivingPerSecond !== undefined) parts.push(`${countText(arrivingPerSecond)}/s arrive`)
  if (committedPerSecond !== undefined)
    parts.push(`${countText(committedPerSecond)}/s are committed`)
  if (emptyInSeconds !== undefined)
    parts.push(`none left in ${durationText(emptyInSeconds * 1000)}`)
  return parts.join(', ')
}

function optionsOf(colours: Colours): Omit<uPlot.Options, 'width' | 'height'> {
  return {
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: { show: false },
    scales: { y: { range: (_, __, max) => [0, Math.max(10, (max ?? 0) * 1.1)] } },
    axes: axesOf(colours),
    series: [
      {},
      {
        stroke: colours('--accent'),
        width: 1.5,
        fill: colours('--accent-soft'),
        points: { show: false },
      },
    ],
  }
}
