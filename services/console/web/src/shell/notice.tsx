// An empty or a failed state: what it is, and what to do.
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

interface NoticeProps {
  kind: 'empty' | 'error' | 'wait'
  title: string
  text?: string
  children?: ComponentChildren
}

export function Notice({ kind, title, text, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={kind === 'error' ? 'warning' : 'brand'} />
      <div>
        <strong>{title}</strong>
        {text !== undefined && <p>{text}</p>}
        {children}
      </div>
    </div>
  )
}
