// The page's pictures, drawn in the colour of the text beside them.
const paths = {
  brand:
    'M2 6.5c2.4-2.2 4.9-2.2 7.3 0s4.9 2.2 7.3 0M2 10.5c2.4-2.2 4.9-2.2 7.3 0s4.9 2.2 7.3 0M2 14.5c2.4-2.2 4.9-2.2 7.3 0s4.9 2.2 7.3 0',
  live: 'M2 10h3.2l2-5 3.4 10 2.2-5H18',
  search: 'M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM12.6 12.6 17 17',
  delivery: 'M3 17V9M8 17V4M13 17v-6M18 17V7',
  'dead-letters': 'M2.5 5.5h15v10h-15zM3 6l7 5.5L17 6M8 16l4 0',
  help: 'M7.5 7.8a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.2.9-1.2 1.8M10 14.6v.1M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z',
  close: 'm5 5 10 10M15 5 5 15',
  warning: 'M10 3 18 17H2ZM10 8v4M10 14.4v.1',
  pause: 'M7 4v12M13 4v12',
  play: 'M6 4l10 6-10 6Z',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  out: 'M8 4H4v12h12v-4M11 3h6v6M17 3l-8 8',
  down: 'm5 8 5 5 5-5',
  again: 'M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 2.5v4h-4',
  copy: 'M7 7h10v10H7zM13 7V3H3v10h4',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
