// Which services the live stream shows: a menu of check boxes, all of them when none is checked.
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../shell/icon.tsx'
import { LineText } from '../text/log-text.tsx'

interface ServiceMenuProps {
  services: readonly string[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

export function ServiceMenu({ services, chosen, onChange }: ServiceMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event): void => {
      if (menu.current?.contains(event.target as Node) === false) menu.current.open = false
    }
    addEventListener('pointerdown', close)
    return () => removeEventListener('pointerdown', close)
  }, [])
  const all = [...new Set([...services, ...chosen])].toSorted()
  const [first] = chosen
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || menu.current?.open !== true) return
        event.preventDefault()
        menu.current.open = false
        menu.current.querySelector('summary')?.focus()
      }}
    >
      <summary>
        <span class="menu-text">
          {first === undefined ? 'All services' : <LineText text={first} />}
          {chosen.length > 1 ? ` +${chosen.length - 1}` : ''}
        </span>
        <Icon name="down" />
      </summary>
      <fieldset class="menu-list">
        <legend class="unseen">Services</legend>
        {all.length === 0 && <p class="muted">None has logged since this page looks.</p>}
        {all.map((service) => (
          <label key={service}>
            <input
              type="checkbox"
              checked={chosen.includes(service)}
              onChange={({ currentTarget }) =>
                onChange(
                  currentTarget.checked
                    ? [...chosen, service]
                    : chosen.filter((each) => each !== service),
                )
              }
            />
            <LineText text={service} />
          </label>
        ))}
        {chosen.length > 0 && (
          <button type="button" class="quiet" onClick={() => onChange([])}>
            All services
          </button>
        )}
      </fieldset>
    </details>
  )
}
