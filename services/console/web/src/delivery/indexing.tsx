// What became of the events of the last minutes in Elasticsearch, and its errors by kind.
import type { IndexingPart } from '../../../server/api.mts'
import { countText, durationText } from '../text/number-text.ts'
import { ScrollX } from '../shell/scroll-x.tsx'
import { LineText } from '../text/log-text.tsx'
import { Time } from '../text/time-text.tsx'

export function Indexing({ indexing }: { indexing: IndexingPart }) {
  const verdicts = Object.entries(indexing.verdicts).filter(([, count]) => count > 0)
  return (
    <>
      <dl class="verdicts">
        {verdicts.map(([verdict, count]) => (
          <div key={verdict}>
            <dt>
              <LineText text={verdict} />
            </dt>
            <dd>{countText(count)}</dd>
          </div>
        ))}
      </dl>
      {indexing.bulkErrors.length === 0 ? (
        <p class="muted">No bulk errors in the last {durationText(indexing.windowMs)}.</p>
      ) : (
        <ScrollX label="Bulk errors by kind">
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">error</th>
                <th scope="col" class="number">
                  items
                </th>
                <th scope="col">what happens</th>
                <th scope="col">last</th>
              </tr>
            </thead>
            <tbody>
              {indexing.bulkErrors.map((error) => (
                <tr key={error.kind}>
                  <th scope="row">
                    <code>
                      <LineText text={error.kind} />
                    </code>
                  </th>
                  <td class="number">{countText(error.count)}</td>
                  <td class="wrap">
                    <span class={`state-tag ${error.isRetried ? 'open' : 'silent'}`}>
                      {error.isRetried ? 'retried' : 'dead-lettered'}
                    </span>{' '}
                    <LineText text={error.meaning} />
                  </td>
                  <td>{error.lastAt !== undefined && <Time at={error.lastAt} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollX>
      )}
    </>
  )
}
