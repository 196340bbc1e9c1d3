// An answer of the server for a component: asked again when its address changes, the old one kept meanwhile.
import { useEffect, useState } from 'preact/hooks'
import { every } from '../clock.ts'
import { get } from './call.ts'

export interface Loaded<Answer> {
  answer: Answer | undefined
  /** Why the newest try failed; the last answer stays beside it. */
  error: unknown
  isLoading: boolean
  reload: () => void
}

interface Options {
  /** Asks again and again while the page is visible. */
  everyMs?: number
  /** Forgets the last answer when the address changes. */
  isFresh?: boolean
}

/** @param address undefined asks nothing. */
export function useAnswer<Answer>(
  address: string | undefined,
  { everyMs, isFresh = false }: Options = {},
): Loaded<Answer> {
  const [state, setState] = useState<{ address?: string; answer?: Answer; error?: unknown }>({})
  const [turn, setTurn] = useState(0)
  const [isLoading, setLoading] = useState(false)

  useEffect(() => {
    if (address === undefined) return undefined
    const abort = new AbortController()
    setLoading(true)
    get<Answer>(address, {}, abort.signal)
      .then((answer) => setState({ address, answer, error: undefined }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState((last) => ({ ...last, address, error }))
      })
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false)
      })
    return () => abort.abort()
  }, [address, turn])

  useEffect(() => {
    if (everyMs === undefined || address === undefined) return undefined
    return every(everyMs, () => {
      if (document.visibilityState === 'visible') setTurn((last) => last + 1)
    })
  }, [everyMs, address])

  const isStale = isFresh && state.address !== address
  return {
    answer: isStale ? undefined : state.answer,
    error: isStale ? undefined : state.error,
    isLoading,
    reload: () => setTurn((last) => last + 1),
  }
}
