// A table that may be wider than the screen: it scrolls by itself, by the keyboard too.
import type { ComponentChildren } from 'preact'

export function ScrollX({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  )
}
