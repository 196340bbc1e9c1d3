// The rows of a search, page by page, and the scope that everything beside them is asked with.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { EventRow, SearchAnswer, SearchScope } from '../../../server/api.mts'
import { get } from '../api/call.ts'

export interface SearchState {
  rows: readonly EventRow[]
  total: SearchAnswer['total'] | undefined
  tookMs: number | undefined
  kibanaUrl: string | undefined
  /** With times that stand still; undefined until the first answer. */
  resolved: Required<SearchScope> | undefined
  error: unknown
  isLoading: boolean
  reload: () => void
  /** Asks for the next page, where there is one and the page holds fewer rows than it can. */
  more: () => void
}

interface Found {
  rows: readonly EventRow[]
  answer?: SearchAnswer
  resolved?: Required<SearchScope>
  error?: unknown
}

const pageSize = 200
/** Rows that are kept; whoever needs more narrows the search. */
const rowsMax = 10_000

export function useSearch({ filter, from, to }: Required<SearchScope>): SearchState {
  const [found, setFound] = useState<Found>({ rows: [] })
  const [turn, setTurn] = useState(0)
  const [isLoading, setLoading] = useState(true)
  const isAsking = useRef(false)

  useEffect(() => {
    const abort = new AbortController()
    setLoading(true)
    isAsking.current = true
    get<SearchAnswer>('/api/search', { filter, from, to, size: pageSize }, abort.signal)
      .then((answer) =>
        setFound({
          rows: answer.rows,
          answer,
          resolved: { filter, from: answer.from, to: answer.to },
        }),
      )
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setFound((last) => ({ ...last, error }))
      })
      .finally(() => {
        if (abort.signal.aborted) return
        setLoading(false)
        isAsking.current = false
      })
    return () => abort.abort()
  }, [filter, from, to, turn])

  const { rows, answer, resolved, error } = found
  const more = (): void => {
    const after = answer?.next
    if (after === undefined || resolved === undefined || isAsking.current || rows.length >= rowsMax)
      return
    isAsking.current = true
    get<SearchAnswer>('/api/search', { ...resolved, size: pageSize, after })
      .then((next) =>
        setFound((last) =>
          last.answer === answer
            ? { ...last, rows: [...last.rows, ...next.rows], answer: next }
            : last,
        ),
      )
      .catch((failure: unknown) => setFound((last) => ({ ...last, error: failure })))
      .finally(() => {
        isAsking.current = false
      })
  }
  return {
    rows,
    total: answer?.total,
    tookMs: answer?.tookMs,
    kibanaUrl: answer?.kibanaUrl,
    resolved,
    error,
    isLoading,
    reload: () => setTurn((last) => last + 1),
    more,
  }
}
