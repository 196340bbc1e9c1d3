// A replay while it runs, and how it ended.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Replay, ReplaysAnswer } from '../../../server/api.mts'
import { get, messageOf, remove } from '../api/call.ts'
import { Icon } from '../shell/icon.tsx'
import { LineText } from '../text/log-text.tsx'
import { countText } from '../text/number-text.ts'

export interface ReplayState {
  replay: Replay | undefined
  isRunning: boolean
  trouble: string | undefined
  follow: (replay: Replay) => void
  stop: () => void
  dismiss: () => void
}

const ends = new Set<Replay['state']>(['done', 'failed', 'stopped'])

/** Follows one replay by its server-sent events; one that runs already is found at the start. */
export function useReplay(onEnd: () => void): ReplayState {
  const [replay, setReplay] = useState<Replay>()
  const [trouble, setTrouble] = useState<string>()
  const source = useRef<EventSource | undefined>(undefined)
  const follow = (started: Replay): void => {
    setReplay(started)
    setTrouble(undefined)
    source.current?.close()
    const opened = new EventSource(
      `/api/dead-letters/replays/${encodeURIComponent(started.id)}/progress`,
    )
    source.current = opened
    opened.addEventListener('replay', ({ data }: MessageEvent<string>) => {
      const next = JSON.parse(data) as Replay
      setReplay(next)
      if (!ends.has(next.state)) return
      opened.close()
      onEnd()
    })
  }
  useEffect(() => {
    get<ReplaysAnswer>('/api/dead-letters/replays')
      .then(({ replays }) => {
        const running = replays.find(({ state }) => !ends.has(state))
        return running === undefined ? undefined : follow(running)
      })
      .catch((error: unknown) => setTrouble(messageOf(error)))
    return () => source.current?.close()
  }, [])
  return {
    replay,
    isRunning: replay !== undefined && !ends.has(replay.state),
    trouble,
    follow,
    stop: () => {
      if (replay === undefined) return
      remove(`/api/dead-letters/replays/${encodeURIComponent(replay.id)}`).catch((error: unknown) =>
        setTrouble(messageOf(error)),
      )
    },
    dismiss: () => setReplay(undefined),
  }
}

const words: Record<Replay['state'], string> = {
  reading: 'The letters are being read',
  replaying: 'Being replayed',
  waiting: 'Replayed; the indexers judge them',
  done: 'Replayed',
  failed: 'The replay failed',
  stopped: 'The replay was stopped',
}

export function ReplayProgress({
  state: { replay, isRunning, trouble, stop, dismiss },
}: {
  state: ReplayState
}) {
  if (replay === undefined) return null
  const { total, replayed, indexed, deadLetteredAgain, alreadyIndexed, leftOut } = replay
  const judged = indexed + deadLetteredAgain
  return (
    <section class={`replay ${replay.state}`} aria-label="Replay">
      <p role="status">
        <b>{words[replay.state]}</b>
        {replay.message !== undefined && `: ${replay.message}`}
      </p>
      <progress
        aria-label="Judged by the indexers"
        max={Math.max(1, total ?? 1)}
        {...(total === undefined ? {} : { value: isRunning ? judged : total })}
      />
      <p class="muted">
        {total !== undefined && `${countText(replayed)} of ${countText(total)} sent · `}
        {countText(indexed)} indexed · {countText(deadLetteredAgain)} dead letters again
        {alreadyIndexed > 0 && ` · ${countText(alreadyIndexed)} were indexed already`}
        {leftOut > 0 && ` · ${countText(leftOut)} came since and were left`}
      </p>
      {replay.refused.length > 0 && (
        <ul class="refused">
          {replay.refused.map(({ id, reason }) => (
            <li key={id}>
              <code>
                <LineText text={id} />
              </code>{' '}
              <LineText text={reason} />
            </li>
          ))}
        </ul>
      )}
      {trouble !== undefined && <p class="trouble">{trouble}</p>}
      {isRunning ? (
        <button type="button" onClick={stop}>
          Stop
        </button>
      ) : (
        <button type="button" class="icon" aria-label="Close the report" onClick={dismiss}>
          <Icon name="close" />
        </button>
      )}
    </section>
  )
}
