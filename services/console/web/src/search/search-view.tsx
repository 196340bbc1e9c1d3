// Search: what is in Elasticsearch, by time and filter.
import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../server/api.mts'
import { CallError, messageOf } from '../api/call.ts'
import { EventPanel } from '../document/event-panel.tsx'
import { narrowed } from '../document/fields.ts'
import { EventRows } from '../rows/event-rows.tsx'
import { FilterInput } from '../shell/filter-input.tsx'
import { Icon } from '../shell/icon.tsx'
import { Notice } from '../shell/notice.tsx'
import { changeParameters, useRoute } from '../shell/route.ts'
import { countText, durationText } from '../text/number-text.ts'
import { FieldList } from './field-list.tsx'
import { Histogram } from './histogram.tsx'
import { RangePicker } from './range-picker.tsx'
import { type SearchState, useSearch } from './use-search.ts'

export function SearchView() {
  const { parameters } = useRoute()
  const scope = {
    filter: parameters.get('q') ?? '',
    from: parameters.get('from') ?? 'now-1h',
    to: parameters.get('to') ?? 'now',
  }
  const search = useSearch(scope)
  const [selected, setSelected] = useState<EventRow>()
  const opened = parameters.get('event') ?? undefined
  const addFilter = (added: string): void => {
    changeParameters({ q: narrowed(scope.filter, added) })
  }
  return (
    <>
      <SearchBar scope={scope} search={search} />
      <Histogram
        scope={search.resolved}
        onZoom={(from, to) =>
          changeParameters({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
        }
      />
      <div class={`split with-fields ${opened === undefined ? '' : 'open'}`}>
        <FieldList scope={search.resolved} onFilter={addFilter} />
        <section class="split-list" aria-label="Events found">
          <Total search={search} />
          <NothingToShow search={search} />
          <EventRows
            label="Events, newest first"
            rows={search.rows}
            selected={selected?.id ?? opened}
            onSelect={setSelected}
            onOpen={(row) => {
              setSelected(row)
              changeParameters({ event: row.id })
            }}
            timeForm="day"
            onEnd={search.more}
          />
        </section>
        {opened !== undefined && (
          <EventPanel
            id={opened}
            row={search.rows.find(({ id }) => id === opened)}
            onClose={() => changeParameters({ event: undefined, tab: undefined })}
            onFilter={addFilter}
          />
        )}
      </div>
    </>
  )
}

interface Scope {
  filter: string
  from: string
  to: string
}

function SearchBar({ scope, search }: { scope: Scope; search: SearchState }) {
  const [typed, setTyped] = useState(scope.filter)
  useEffect(() => setTyped(scope.filter), [scope.filter])
  const { error } = search
  const isWrong = error instanceof CallError && error.code === 'filter'
  return (
    <form
      class="bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed === scope.filter) search.reload()
        else changeParameters({ q: typed, event: undefined })
      }}
    >
      <FilterInput
        label="Filter"
        placeholder="level: error and service: orders, message: “timed out”, http.response.status_code >= 500"
        value={typed}
        onInput={setTyped}
        isWrong={isWrong}
        describedBy={isWrong ? 'filter-error' : undefined}
      />
      <RangePicker from={scope.from} to={scope.to} />
      <button type="submit" class="primary">
        Search
      </button>
      {isWrong && <FilterError filter={scope.filter} error={error} />}
    </form>
  )
}

/** The filter again, with what is wrong in it marked. */
function FilterError({ filter, error }: { filter: string; error: CallError }) {
  const at = error.at ?? { from: filter.length, to: filter.length }
  return (
    <div class="filter-error" id="filter-error" role="alert">
      <code>
        {filter.slice(0, at.from)}
        <mark>{filter.slice(at.from, at.to) || ' '}</mark>
        {filter.slice(Math.max(at.from, at.to))}
      </code>
      <span>{error.message}</span>
    </div>
  )
}

function Total({ search }: { search: SearchState }) {
  const { total, tookMs, kibanaUrl, isLoading } = search
  return (
    <p class="total" role="status">
      {total === undefined ? (
        <span>{isLoading ? 'Searching…' : ' '}</span>
      ) : (
        <span>
          <b>
            {total.isExact ? '' : 'more than '}
            {countText(total.count)}
          </b>{' '}
          events
          {tookMs !== undefined && <span class="muted"> in {durationText(tookMs)}</span>}
        </span>
      )}
      {kibanaUrl !== undefined && (
        <a href={kibanaUrl} target="_blank" rel="noreferrer">
          <Icon name="out" /> Open in Discover
        </a>
      )}
    </p>
  )
}

function NothingToShow({ search }: { search: SearchState }) {
  const { error, rows, isLoading, total } = search
  if (error !== undefined && !(error instanceof CallError && error.code === 'filter')) {
    return (
      <Notice kind="error" title="The search failed" text={messageOf(error)}>
        <button type="button" onClick={search.reload}>
          Search again
        </button>
      </Notice>
    )
  }
  if (isLoading || error !== undefined || total === undefined || rows.length > 0) return null
  return (
    <Notice
      kind="empty"
      title="No event matches"
      text="Take a longer time range or a wider filter. Events that were refused are under Dead letters; those on their way are counted under Delivery."
    />
  )
}
