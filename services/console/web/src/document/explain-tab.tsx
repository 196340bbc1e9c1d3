// How the line was read: the record itself, the format that knew it, and where each field came from.
import type { EventRow, ExplainAnswer } from '../../../server/api.mts'
import { messageOf, withQuery } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Notice } from '../shell/notice.tsx'
import { BlockText, LineText } from '../text/log-text.tsx'
import { byteText, countText } from '../text/number-text.ts'

interface ExplainTabProps {
  id: string
  row: EventRow | undefined
  index: string | undefined
}

export function ExplainTab({ id, row, index }: ExplainTabProps) {
  const { partition, offset } = row?.place ?? {}
  const { answer, error } = useAnswer<ExplainAnswer>(
    withQuery(`/api/events/${encodeURIComponent(id)}/explain`, {
      index: row?.index ?? index,
      partition,
      offset,
    }),
    { isFresh: true },
  )
  if (error !== undefined && answer === undefined) {
    return <Notice kind="error" title="The line can’t be explained" text={messageOf(error)} />
  }
  if (answer === undefined) return <p class="loading">Reading the record from Kafka…</p>
  const { line, place } = answer
  return (
    <>
      <p class="recognized">
        {answer.recognized.split('`').map((part, turn) =>
          // Every second part stood between backticks.
          turn % 2 === 1 ? (
            <code key={`${turn} ${part}`}>
              <LineText text={part} />
            </code>
          ) : (
            <LineText key={`${turn} ${part}`} text={part} />
          ),
        )}
      </p>
      {answer.rejected !== undefined && (
        <p class="trouble">
          Rejected: <LineText text={answer.rejected.reason} /> (<code>{answer.rejected.code}</code>)
        </p>
      )}
      <h3>
        The line
        <span class="muted">
          {byteText(line.bytes)}
          {line.encoding === 'base64' && ' of bytes that are not UTF-8, as base64'}
          {line.isCut && ', its beginning'} · {place.topic}/{place.partition} @{' '}
          {countText(place.offset)}
          {answer.events > 1 && ` · one of ${answer.events} events in the record`}
        </span>
      </h3>
      <pre class="line" tabIndex={0}>
        <BlockText text={line.text} />
      </pre>
      <Headers headers={answer.headers} />
      {answer.fields.length > 0 && <Fields fields={answer.fields} />}
    </>
  )
}

function Headers({ headers }: { headers: Record<string, string> }) {
  const entries = Object.entries(headers)
  if (entries.length === 0) return null
  return (
    <details class="headers">
      <summary>Headers of the record ({entries.length})</summary>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>
              <LineText text={name} />
            </dt>
            <dd>
              <BlockText text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Fields({ fields }: { fields: ExplainAnswer['fields'] }) {
  return (
    <table class="explained">
      <caption class="unseen">Where each field came from</caption>
      <thead>
        <tr>
          <th scope="col">field</th>
          <th scope="col">value</th>
          <th scope="col">comes from</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ path, value, origin }) => (
          <tr key={path}>
            <th scope="row">
              <LineText text={path} />
            </th>
            <td>
              <LineText text={value} />
            </td>
            <td class="muted">
              <LineText text={origin} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
