// The whole document: message and stack first, then every field with its value.
import { useState } from 'preact/hooks'
import type { EventAnswer } from '../../../server/api.mts'
import { Icon } from '../shell/icon.tsx'
import { BlockText, LineText } from '../text/log-text.tsx'
import { countText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'
import { type DocumentField, fieldsOf, filterFor, valueText } from './fields.ts'

interface DocumentTabProps {
  answer: EventAnswer
  onFilter: ((filter: string) => void) | undefined
}

const blockCharactersMin = 120

export function DocumentTab({ answer, onFilter }: DocumentTabProps) {
  const [isCopied, setCopied] = useState(false)
  const fields = fieldsOf(answer.document)
  const message = answer.document['message']
  return (
    <>
      {typeof message === 'string' && (
        <div class="message-block">
          <BlockText text={message} />
          <CutNote cut={answer.cut['message']} />
        </div>
      )}
      <table class="fields-table">
        <caption class="unseen">Fields of the document</caption>
        <tbody>
          {fields
            .filter(({ path }) => path !== 'message')
            .map((field) => (
              <FieldRow
                key={field.path}
                field={field}
                cut={answer.cut[field.path]}
                onFilter={onFilter}
              />
            ))}
        </tbody>
      </table>
      <p class="under">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            void navigator.clipboard
              .writeText(JSON.stringify(answer.document, null, 2))
              .then(() => setCopied(true))
          }}
        >
          <Icon name="copy" /> {isCopied ? 'Copied' : 'Copy as JSON'}
        </button>
        <span class="muted">{answer.index}</span>
      </p>
    </>
  )
}

interface FieldRowProps {
  field: DocumentField
  cut: number | undefined
  onFilter: ((filter: string) => void) | undefined
}

function FieldRow({ field, cut, onFilter }: FieldRowProps) {
  const text = valueText(field.value)
  const filter = filterFor(field)
  const isTime = /^@timestamp$|\.(created|ingested|start|end)$/.test(field.path)
  const isBlock = text.length > blockCharactersMin || text.includes('\n')
  return (
    <tr>
      <th scope="row">
        <LineText text={field.path} />
      </th>
      <td class={typeof field.value === 'number' ? 'number' : undefined}>
        {isTime && <Time at={text} form="full" />}
        {!isTime && (isBlock ? <BlockText text={text} /> : <LineText text={text} />)}
        <CutNote cut={cut} />
        {onFilter !== undefined && filter !== undefined && (
          <span class="field-actions">
            <button
              type="button"
              class="icon small"
              aria-label={`Only ${field.path} with this value`}
              onClick={() => onFilter(filter)}
            >
              <Icon name="plus" />
            </button>
            <button
              type="button"
              class="icon small"
              aria-label={`Without ${field.path} with this value`}
              onClick={() => onFilter(`not ${filter}`)}
            >
              <Icon name="minus" />
            </button>
          </span>
        )}
      </td>
    </tr>
  )
}

function CutNote({ cut }: { cut: number | undefined }) {
  if (cut === undefined) return null
  return <span class="muted"> cut here; {countText(cut)} characters in Elasticsearch</span>
}
