// What `millrace setup` makes or looks at, one line each.
import type { InstallAction } from '@millrace/elastic'

export type Action = InstallAction | 'missing' | 'outdated' | 'unknown' | 'failed'

export interface Item {
  kind: 'topic' | 'template' | 'kibana'
  name: string
  action: Action
  /** What a person should know about it. */
  note?: string
}

export const badActions: ReadonlySet<Action> = new Set<Action>([
  'missing',
  'outdated',
  'unknown',
  'failed',
  'kept-foreign',
])
