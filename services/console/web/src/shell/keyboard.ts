// Keys of the whole page: single letters and the two-letter `g` sequences, never while somebody types.
import { useLayoutEffect } from 'preact/hooks'
import { after } from '../clock.ts'

export type KeyActions = Record<string, (event: KeyboardEvent) => void>

const sequenceWaitMs = 1500
const layers: { current: KeyActions }[] = []
let prefix = ''
let forget: () => void = () => {}

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key !== 'Escape' && isTyping(event.target)) return
  // A dialog has the keyboard to itself.
  if (document.querySelector('dialog[open]') !== null) return
  const key = `${prefix}${event.key}`
  prefix = ''
  forget()
  for (const { current } of layers.toReversed()) {
    const action = current[key]
    if (action === undefined) continue
    event.preventDefault()
    action(event)
    return
  }
  if (event.key === 'g') {
    prefix = 'g '
    forget = after(sequenceWaitMs, () => {
      prefix = ''
    })
  }
})

/** Keys of a component while it is shown; the newest component is asked first. The next key finds what this one did. */
export function useKeys(actions: KeyActions): void {
  useLayoutEffect(() => {
    const layer = { current: actions }
    layers.push(layer)
    return () => void layers.splice(layers.indexOf(layer), 1)
  })
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  if (target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type)
}
