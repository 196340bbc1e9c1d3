// The field that `/` leads to; Escape leaves it.
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { useKeys } from './keyboard.ts'

interface FilterInputProps {
  label: string
  placeholder: string
  value: string
  onInput: (value: string) => void
  maxLength?: number
  isWrong?: boolean
  describedBy?: string | undefined
  children?: ComponentChildren
}

export function FilterInput(props: FilterInputProps) {
  const input = useRef<HTMLInputElement>(null)
  useKeys({
    '/': () => {
      input.current?.focus()
      input.current?.select()
    },
  })
  return (
    <span class="filter">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={props.label}
        placeholder={props.placeholder}
        value={props.value}
        maxLength={props.maxLength}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        aria-invalid={props.isWrong === true ? true : undefined}
        aria-describedby={props.describedBy}
        onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          input.current?.blur()
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </span>
  )
}
