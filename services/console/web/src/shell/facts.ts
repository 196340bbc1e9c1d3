// What the console said about itself at its start, for every component that needs it.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ConsoleFacts } from '../../../server/api.mts'

export const FactsContext = createContext<ConsoleFacts | undefined>(undefined)

/** Undefined until the server has answered. */
export function useFacts(): ConsoleFacts | undefined {
  return useContext(FactsContext)
}
