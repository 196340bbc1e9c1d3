// Where the reader is: the view is the path, everything else that a shared link must carry is the query.
import { useEffect, useState } from 'preact/hooks'

export const viewNames = ['live', 'search', 'delivery', 'dead-letters'] as const
export type ViewName = (typeof viewNames)[number]

export interface Route {
  view: ViewName
  parameters: URLSearchParams
}

const listeners = new Set<() => void>()
addEventListener('popstate', () => tell())

/** The route of the address bar; an unknown path is the first view. */
export function currentRoute(): Route {
  const name = location.pathname.replace(/^\/+|\/+$/g, '')
  const view = viewNames.find((each) => each === name) ?? 'live'
  return { view, parameters: new URLSearchParams(location.search) }
}

/** The address of a view with these parameters; absent and empty ones are left out. */
export function addressOf(view: ViewName, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value)
  }
  const text = query.toString()
  return `/${view}${text === '' ? '' : `?${text}`}`
}

/** Goes to an address of this page; `replace` leaves no step for the back button. */
export function go(address: string, replace = false): void {
  if (address === location.pathname + location.search) return
  if (replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  tell()
}

/** Changes some parameters of the view that is shown; undefined removes one. */
export function changeParameters(
  changes: Record<string, string | undefined>,
  replace = false,
): void {
  const { view, parameters } = currentRoute()
  go(addressOf(view, { ...Object.fromEntries(parameters), ...changes }), replace)
}

/** The current route; the component is drawn again when it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute)
  useEffect(() => {
    const listener = (): void => setRoute(currentRoute())
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return route
}

function tell(): void {
  for (const listener of listeners) listener()
}
