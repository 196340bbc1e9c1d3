// The letters of one cause, newest first; one that is opened shows its record and what it becomes now.
import { useEffect, useState } from 'preact/hooks'
import type { LetterAnswer, LetterRow, LettersAnswer, ReplayRequest } from '../../../server/api.mts'
import { get, messageOf } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Icon } from '../shell/icon.tsx'
import { changeParameters, useRoute } from '../shell/route.ts'
import { BlockText, LineText } from '../text/log-text.tsx'
import { byteText, countText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'

interface LetterListProps {
  group: string
  isReplaying: boolean
  onReplay: (request: ReplayRequest, what: string) => void
}

const pageSize = 50
const lettersMax = 2000

export function LetterList({ group, isReplaying, onReplay }: LetterListProps) {
  const opened = useRoute().parameters.get('letter')
  const { letters, next, error, more } = useLetters(group)
  return (
    <>
      {error !== undefined && (
        <p class="trouble" role="alert">
          {messageOf(error)}
        </p>
      )}
      <ul class="letters">
        {letters.map((letter) => (
          <li key={letter.id}>
            <button
              type="button"
              class="letter"
              aria-expanded={letter.id === opened}
              onClick={() =>
                changeParameters({ letter: letter.id === opened ? undefined : letter.id }, true)
              }
            >
              <span class="muted">
                <Time at={letter.at} form="day" />
              </span>
              <span class={`state-tag ${letter.isIndexed === true ? 'closed' : 'silent'}`}>
                {letter.isIndexed === true ? 'indexed since' : 'open'}
              </span>
              <span class="sample">
                <LineText text={letter.sample ?? letter.reason} />
              </span>
            </button>
            {letter.id === opened && (
              <Letter letter={letter} isReplaying={isReplaying} onReplay={onReplay} />
            )}
          </li>
        ))}
      </ul>
      {next !== undefined && letters.length < lettersMax && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </>
  )
}

interface LetterProps {
  letter: LetterRow
  isReplaying: boolean
  onReplay: (request: ReplayRequest, what: string) => void
}

function Letter({ letter, isReplaying, onReplay }: LetterProps) {
  const { answer, error } = useAnswer<LetterAnswer>(
    `/api/dead-letters/letters/${encodeURIComponent(letter.id)}`,
    { isFresh: true },
  )
  if (error !== undefined) return <p class="trouble">{messageOf(error)}</p>
  if (answer === undefined) return <p class="loading">Reading the letter…</p>
  return (
    <div class="letter-detail">
      <p>
        <LineText text={answer.reason} />
      </p>
      {answer.bulkReason !== undefined && (
        <p class="muted">
          Elasticsearch, {answer.status}: <LineText text={answer.bulkReason} />
        </p>
      )}
      {answer.line !== undefined && (
        <pre class="line" tabIndex={0}>
          <BlockText text={answer.line.text} />
        </pre>
      )}
      <p class="muted">
        {answer.line !== undefined && `${byteText(answer.line.bytes)} · `}
        {answer.topic}/{answer.partition} @ {countText(answer.offset)} · {answer.attempts}{' '}
        {answer.attempts === 1 ? 'try' : 'tries'} ·{' '}
        <code>
          <LineText text={answer.id} />
        </code>
      </p>
      <p>
        <b>With this version: </b>
        {answer.rejections.length === 0
          ? `it becomes ${answer.documents.length === 1 ? 'a document' : `${answer.documents.length} documents`}; whether Elasticsearch takes it shows the replay.`
          : answer.rejections.map(({ reason }) => reason).join('; ')}
      </p>
      {answer.documents.map((document, index) => (
        <details key={String(index)}>
          <summary>The document</summary>
          <pre class="line" tabIndex={0}>
            <BlockText text={JSON.stringify(document, null, 2)} />
          </pre>
        </details>
      ))}
      {answer.isIndexed !== true && (
        <button
          type="button"
          disabled={isReplaying}
          onClick={() => onReplay({ id: answer.id, lettersMax: 1 }, 'this dead letter')}
        >
          <Icon name="again" /> Replay this one
        </button>
      )}
    </div>
  )
}

function useLetters(group: string) {
  const [state, setState] = useState<{ letters: LetterRow[]; next?: string; error?: unknown }>({
    letters: [],
  })
  const ask = (after?: string): void => {
    get<LettersAnswer>('/api/dead-letters/letters', { group, after, size: pageSize })
      .then(({ letters, next }) =>
        setState((last) => ({
          letters: after === undefined ? letters : [...last.letters, ...letters],
          ...(next === undefined ? {} : { next }),
        })),
      )
      .catch((error: unknown) => setState((last) => ({ ...last, error })))
  }
  useEffect(() => ask(), [group])
  return { ...state, more: () => ask(state.next) }
}
