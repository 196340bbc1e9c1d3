// Whether a media query holds, for what style sheets alone can't do.
import { useEffect, useState } from 'preact/hooks'

const phone = '(max-width: 760px)'

/** True on a narrow screen. */
export function useIsPhone(): boolean {
  return useMedia(phone)
}

/** True while the query holds; drawn again when that changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const listener = (): void => setHolds(list.matches)
    list.addEventListener('change', listener)
    return () => list.removeEventListener('change', listener)
  }, [query])
  return holds
}
