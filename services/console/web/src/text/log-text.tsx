// A piece of a log line on the page: text nodes only, isolated from what surrounds it, cut at a bound.
import { useState } from 'preact/hooks'
import { beginning, textParts } from './hostile-text.ts'
import { byteText } from './number-text.ts'

const inlineCharactersMax = 400
const blockCharactersMax = 4000
const stepCharactersMax = 100_000

/** One line, as much as a row can show. */
export function LineText({ text }: { text: string }) {
  return (
    <bdi class="log-text">
      <Parts text={beginning(text, inlineCharactersMax)} multiline={false} />
      {text.length > inlineCharactersMax ? '…' : ''}
    </bdi>
  )
}

/** A whole text; a long one is shown in steps, so that a line of megabytes cannot freeze the page. */
export function BlockText({ text }: { text: string }) {
  const [shown, setShown] = useState(blockCharactersMax)
  const visible = beginning(text, shown)
  const left = text.length - visible.length
  const isLastStep = left <= stepCharactersMax
  return (
    <>
      <bdi class="log-text block">
        <Parts text={visible} multiline={true} />
      </bdi>
      {left > 0 && (
        <button type="button" class="quiet" onClick={() => setShown(shown + stepCharactersMax)}>
          {isLastStep ? 'Show all' : 'Show more'} ({byteText(left)} left)
        </button>
      )}
    </>
  )
}

function Parts({ text, multiline }: { text: string; multiline: boolean }) {
  return (
    <>
      {textParts(text, multiline).map((part) =>
        'text' in part ? (
          part.text
        ) : (
          <span
            key={part.at}
            class="control"
            title={`U+${part.code.toString(16).toUpperCase().padStart(4, '0')}`}
          >
            {part.name}
          </span>
        ),
      )}
    </>
  )
}
