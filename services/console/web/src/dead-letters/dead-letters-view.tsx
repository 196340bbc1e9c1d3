// Dead letters: what was rejected, grouped by cause, and sent again when the cause is gone.
import { useEffect, useState } from 'preact/hooks'
import type { DeadLettersAnswer, LetterGroupFacts, ReplayRequest } from '../../../server/api.mts'
import { messageOf } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Icon } from '../shell/icon.tsx'
import { useKeys } from '../shell/keyboard.ts'
import { Notice } from '../shell/notice.tsx'
import { changeParameters, useRoute } from '../shell/route.ts'
import { LineText } from '../text/log-text.tsx'
import { countText, shortCountText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'
import { LetterList } from './letter-list.tsx'
import { ReplayDialog, type ReplayWish } from './replay-dialog.tsx'
import { ReplayProgress, useReplay } from './replay-progress.tsx'

const pollMs = 10_000

export function DeadLettersView() {
  const { parameters } = useRoute()
  const { answer, error, reload } = useAnswer<DeadLettersAnswer>('/api/dead-letters', {
    everyMs: pollMs,
  })
  const [wish, setWish] = useState<ReplayWish>()
  const replay = useReplay(reload)
  const groups = answer?.groups ?? []
  const chosen = groups.find(({ group }) => group === parameters.get('group'))
  const wishFor = (request: ReplayRequest, what: string): void => setWish({ request, what })

  useKeys({
    j: () => step(groups, chosen, 1),
    k: () => step(groups, chosen, -1),
    Escape: () => changeParameters({ group: undefined, letter: undefined }),
  })

  if (answer === undefined) {
    if (error === undefined) return <p class="loading">Reading the dead letters…</p>
    return (
      <Notice kind="error" title="The dead letters could not be read" text={messageOf(error)} />
    )
  }
  return (
    <>
      <Head answer={answer} error={error} onReplay={wishFor} isReplaying={replay.isRunning} />
      {replay.replay !== undefined && <ReplayProgress state={replay} />}
      {groups.length === 0 ? (
        <Notice
          kind="empty"
          title="No dead letters"
          text={`Every event that was read could be indexed. One that can’t be goes to ${answer.deadLetterTopic} with its bytes and its reason, and is listed here.`}
        />
      ) : (
        <div class={`split groups-split ${chosen === undefined ? '' : 'open'}`}>
          <Groups groups={groups} chosen={chosen} leftOut={answer.groupsLeftOut} />
          {chosen !== undefined && (
            <Group
              key={chosen.group}
              group={chosen}
              onReplay={wishFor}
              isReplaying={replay.isRunning}
            />
          )}
        </div>
      )}
      {wish !== undefined && (
        <ReplayDialog wish={wish} onStarted={replay.follow} onClose={() => setWish(undefined)} />
      )}
    </>
  )
}

interface HeadProps {
  answer: DeadLettersAnswer
  error: unknown
  isReplaying: boolean
  onReplay: (request: ReplayRequest, what: string) => void
}

function Head({ answer, error, isReplaying, onReplay }: HeadProps) {
  const open = answer.open ?? answer.letters
  return (
    <div class="bar letters-bar">
      <p class="headline">
        <b>{countText(open)}</b> open of {countText(answer.letters)} dead letters
        {answer.isCut && ' (the newest ones)'}, {answer.groups.length + answer.groupsLeftOut} causes
        <span class="muted">
          {answer.foreign > 0 && `${countText(answer.foreign)} records of others in the topic · `}
          as of <Time at={answer.computedAt} />
        </span>
      </p>
      {(answer.trouble ?? error) !== undefined && (
        <p class="trouble" role="alert">
          {answer.trouble ?? messageOf(error)}
        </p>
      )}
      <span class="spring" />
      {open > 0 && (
        <button
          type="button"
          disabled={isReplaying}
          onClick={() =>
            onReplay({ all: true, lettersMax: open }, `all ${countText(open)} open dead letters`)
          }
        >
          <Icon name="again" /> Replay all
        </button>
      )}
    </div>
  )
}

interface GroupsProps {
  groups: readonly LetterGroupFacts[]
  chosen: LetterGroupFacts | undefined
  leftOut: number
}

function Groups({ groups, chosen, leftOut }: GroupsProps) {
  return (
    <nav class="groups" aria-label="Causes">
      <ul>
        {groups.map((group) => (
          <li key={group.group}>
            <button
              type="button"
              aria-current={group === chosen ? 'true' : undefined}
              onClick={() => changeParameters({ group: group.group, letter: undefined })}
            >
              <span class="group-head">
                <code>{group.code}</code>
                <b class={group.open > 0 ? 'open' : ''} title={`${countText(group.open)} open`}>
                  {group.open > 0 ? shortCountText(group.open) : 'all indexed'}
                </b>
              </span>
              <span class="group-reason">
                <LineText text={group.exampleReason} />
              </span>
              <span class="muted">
                <LineText text={group.services.slice(0, 3).join(', ') || 'no service named'} />
                {' · last '}
                <Time at={group.lastAt} form="day" />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {leftOut > 0 && <p class="muted">{countText(leftOut)} rarer causes are not listed.</p>}
    </nav>
  )
}

interface GroupProps {
  group: LetterGroupFacts
  isReplaying: boolean
  onReplay: (request: ReplayRequest, what: string) => void
}

function Group({ group, isReplaying, onReplay }: GroupProps) {
  useEffect(() => document.querySelector<HTMLElement>('#group')?.focus({ preventScroll: true }), [])
  return (
    <section class="panel" id="group" tabIndex={-1} aria-label="Cause">
      <header class="panel-head">
        <h2>
          <LineText text={group.group} />
        </h2>
        {group.open > 0 && (
          <button
            type="button"
            class="primary"
            disabled={isReplaying}
            onClick={() =>
              onReplay(
                { group: group.group, lettersMax: group.open },
                `${countText(group.open)} dead letters of this cause`,
              )
            }
          >
            <Icon name="again" /> Replay {countText(group.open)}
          </button>
        )}
        <button
          type="button"
          class="icon"
          aria-label="Close the cause"
          onClick={() => changeParameters({ group: undefined, letter: undefined })}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="tab-panel">
        <GroupFacts group={group} />
        {group.remedy !== undefined && <p class="remedy">{group.remedy}</p>}
        <h3>Letters</h3>
        <LetterList group={group.group} isReplaying={isReplaying} onReplay={onReplay} />
      </div>
    </section>
  )
}

function GroupFacts({ group }: { group: LetterGroupFacts }) {
  return (
    <dl class="facts">
      <div>
        <dt>letters</dt>
        <dd>
          {countText(group.letters)}, {countText(group.open)} open
        </dd>
      </div>
      <div>
        <dt>first</dt>
        <dd>
          <Time at={group.firstAt} form="full" />
        </dd>
      </div>
      <div>
        <dt>last</dt>
        <dd>
          <Time at={group.lastAt} form="full" />
        </dd>
      </div>
      <div>
        <dt>most tries</dt>
        <dd>{group.attemptsMax}</dd>
      </div>
      <div>
        <dt>services</dt>
        <dd>
          <LineText text={group.services.join(', ') || '–'} />
          {group.servicesLeftOut > 0 && ` and ${group.servicesLeftOut} more`}
        </dd>
      </div>
    </dl>
  )
}

function step(
  groups: readonly LetterGroupFacts[],
  chosen: LetterGroupFacts | undefined,
  by: number,
): void {
  const from = chosen === undefined ? (by > 0 ? -1 : groups.length) : groups.indexOf(chosen)
  const next = groups[Math.min(groups.length - 1, Math.max(0, from + by))]
  if (next !== undefined) changeParameters({ group: next.group, letter: undefined }, true)
}
