// `?`: every key of the page.
import { zoneName } from '../text/time-text.tsx'
import { Dialog } from './dialog.tsx'

const keys: [string, string][] = [
  ['/', 'to the filter'],
  ['j  k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['Escape', 'leave the field, close what is open'],
  ['Space', 'pause and resume the live stream'],
  ['[  ]', 'previous and next tab of an open event'],
  ['g l', 'Live'],
  ['g s', 'Search'],
  ['g d', 'Delivery'],
  ['g x', 'Dead letters'],
  ['?', 'this help'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(/\s+/).map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        Times are in {zoneName}; the exact UTC time is under the pointer. The address of each view
        holds its filters and can be shared.
      </p>
    </Dialog>
  )
}
