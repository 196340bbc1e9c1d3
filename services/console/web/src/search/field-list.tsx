// The fields of what was found; one that is opened shows its top values, and a value narrows the search.
import { useState } from 'preact/hooks'
import type { FieldsAnswer, FieldSummary, SearchScope, ValuesAnswer } from '../../../server/api.mts'
import { messageOf, withQuery } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useIsPhone } from '../rows/use-media.ts'
import { Icon } from '../shell/icon.tsx'
import { LineText } from '../text/log-text.tsx'
import { countText, shortCountText } from '../text/number-text.ts'

interface FieldListProps {
  scope: Required<SearchScope> | undefined
  onFilter: (filter: string) => void
}

/** What people look at first; opened from the start where there is room. */
const firstNames = ['log.level', 'service.name']

export function FieldList({ scope, onFilter }: FieldListProps) {
  const { answer, error } = useAnswer<FieldsAnswer>(
    scope === undefined ? undefined : withQuery('/api/search/fields', { ...scope }),
  )
  const [part, setPart] = useState('')
  const isPhone = useIsPhone()
  const wanted = part.toLowerCase()
  const fields = (answer?.fields ?? [])
    .filter(({ name, isCountable }) => isCountable && name.toLowerCase().includes(wanted))
    .toSorted((left, right) => rank(left) - rank(right))
  return (
    <details class="field-list" open={!isPhone}>
      <summary>Fields</summary>
      <div class="field-list-body">
        <input
          type="search"
          aria-label="Field name"
          placeholder="Field name"
          value={part}
          onInput={({ currentTarget }) => setPart(currentTarget.value)}
        />
        {error !== undefined && <p class="trouble">{messageOf(error)}</p>}
        {answer !== undefined && fields.length === 0 && <p class="muted">No such field here.</p>}
        {scope !== undefined &&
          fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              sampled={answer?.sampled ?? 0}
              scope={scope}
              onFilter={onFilter}
            />
          ))}
      </div>
    </details>
  )
}

interface FieldProps {
  field: FieldSummary
  sampled: number
  scope: Required<SearchScope>
  onFilter: (filter: string) => void
}

function Field({ field, sampled, scope, onFilter }: FieldProps) {
  const [isOpen, setOpen] = useState(firstNames.includes(field.name))
  const share = sampled === 0 ? 0 : Math.round((field.events / sampled) * 100)
  return (
    <div class="field">
      <button
        type="button"
        class="field-name"
        aria-expanded={isOpen}
        title={`${field.type}, in ${share} % of the newest events`}
        onClick={() => setOpen(!isOpen)}
      >
        <span>
          <LineText text={field.name} />
        </span>
        <span class="muted">{share === 100 ? '' : `${share || '<1'} %`}</span>
      </button>
      {isOpen && <Values field={field.name} scope={scope} onFilter={onFilter} />}
    </div>
  )
}

interface ValuesProps {
  field: string
  scope: Required<SearchScope>
  onFilter: (filter: string) => void
}

function Values({ field, scope, onFilter }: ValuesProps) {
  const { answer, error } = useAnswer<ValuesAnswer>(
    withQuery('/api/search/values', { ...scope, field }),
  )
  if (error !== undefined) return <p class="trouble">{messageOf(error)}</p>
  if (answer === undefined) return <p class="muted">Counting…</p>
  if (answer.values.length === 0) return <p class="muted">No values here.</p>
  const most = answer.values[0]?.count ?? 1
  return (
    <ul class="values">
      {answer.values.map(({ value, count, filter }) => (
        <li key={value}>
          <button
            type="button"
            class="value"
            title={`Only ${filter}`}
            onClick={() => onFilter(filter)}
          >
            <i style={{ width: `${(count / most) * 100}%` }} />
            <span>
              <LineText text={value} />
            </span>
            <span class="count" title={countText(count)}>
              {shortCountText(count)}
            </span>
          </button>
          <button
            type="button"
            class="icon small"
            aria-label={`Without ${filter}`}
            title={`Without ${filter}`}
            onClick={() => onFilter(`not ${filter}`)}
          >
            <Icon name="minus" />
          </button>
        </li>
      ))}
      {answer.others > 0 && <li class="muted">{countText(answer.others)} with other values</li>}
    </ul>
  )
}

function rank({ name }: FieldSummary): number {
  const place = firstNames.indexOf(name)
  return place === -1 ? firstNames.length : place
}
