// The members of the consumer group, what each owns, and how fast it indexes.
import type { IndexingPart, WorkersPart } from '../../../server/api.mts'
import { ScrollX } from '../shell/scroll-x.tsx'
import { LineText } from '../text/log-text.tsx'
import { countText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'

interface WorkersProps {
  workers: WorkersPart
  indexers: IndexingPart['indexers']
}

type Member = WorkersPart['members'][number]

const tailCharacters = 4

export function Workers({ workers, indexers }: WorkersProps) {
  if (workers.members.length === 0) {
    return (
      <p class="trouble">
        No worker reads the topic ({workers.state}). Start one:{' '}
        <code>node services/indexer/src/main.ts</code>
      </p>
    )
  }
  return (
    <>
      {workers.state !== 'Stable' && (
        <p class="warn-text">
          The group is being rebalanced ({workers.state}); it is read again soon.
        </p>
      )}
      <ul class="workers">
        {workers.members.map((member) => (
          <li key={member.memberId}>
            <b title={member.memberId}>
              <LineText text={memberName(member, workers.members)} />
            </b>
            <span class="muted">
              <LineText text={member.host.replace(/^\//, '')} />
            </span>
            <span class="partitions">
              <span class="unseen">owns partitions </span>
              {member.partitions.length === 0 && <span class="muted">owns no partition</span>}
              {member.partitions.map((partition) => (
                <i key={partition}>{partition}</i>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {indexers.length > 0 && <Indexers indexers={indexers} />}
    </>
  )
}

function Indexers({ indexers }: { indexers: IndexingPart['indexers'] }) {
  return (
    <ScrollX label="Indexers">
      <table class="figures-table">
        <thead>
          <tr>
            <th scope="col">indexer</th>
            <th scope="col" class="number">
              indexed/s
            </th>
            <th scope="col" class="number">
              bulk/s
            </th>
            <th scope="col">heard</th>
          </tr>
        </thead>
        <tbody>
          {indexers.map((indexer) => (
            <tr key={indexer.instance}>
              <th scope="row">
                <code>
                  <LineText text={indexer.instance} />
                </code>
              </th>
              <td class="number">{rateText(indexer.indexedPerSecond)}</td>
              <td class="number">{rateText(indexer.bulkRequestsPerSecond)}</td>
              <td>
                <Time at={indexer.heardAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

/** The client's id; with the end of the member's own where several have the same. */
export function memberName({ clientId, memberId }: Member, members: readonly Member[]): string {
  const isAlone = members.every((each) => each.memberId === memberId || each.clientId !== clientId)
  return isAlone ? clientId : `${clientId} …${memberId.slice(-tailCharacters)}`
}

function rateText(rate: number | undefined): string {
  if (rate === undefined) return '–'
  return rate < 10 ? rate.toFixed(1) : countText(rate)
}
