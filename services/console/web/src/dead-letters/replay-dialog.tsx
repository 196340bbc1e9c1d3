// Asks before anything is sent again, and says what will happen.
import { useState } from 'preact/hooks'
import type { Replay, ReplayRequest } from '../../../server/api.mts'
import { messageOf, post } from '../api/call.ts'
import { Dialog } from '../shell/dialog.tsx'

export interface ReplayWish {
  request: ReplayRequest
  /** In words: `3 dead letters of this cause`. */
  what: string
}

interface ReplayDialogProps {
  wish: ReplayWish
  onStarted: (replay: Replay) => void
  onClose: () => void
}

export function ReplayDialog({ wish, onStarted, onClose }: ReplayDialogProps) {
  const [trouble, setTrouble] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const start = (): void => {
    setAsking(true)
    post<Replay>('/api/dead-letters/replays', wish.request)
      .then((replay) => {
        onStarted(replay)
        return onClose()
      })
      .catch((error: unknown) => {
        setTrouble(messageOf(error))
        setAsking(false)
      })
  }
  return (
    <Dialog title={`Replay ${wish.what}?`} onClose={onClose}>
      <p>
        The records go back to their topic under their own ids and are read by the indexers once
        more. What is indexed already stays one document; what is refused again becomes a dead
        letter again.
      </p>
      <p class="muted">Replay when the cause is gone: a mapping, a template, a format, a limit.</p>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <footer>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="primary" disabled={isAsking} onClick={start}>
          Replay
        </button>
      </footer>
    </Dialog>
  )
}
