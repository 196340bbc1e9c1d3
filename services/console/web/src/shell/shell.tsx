// What stands around every view: the name, the way to the other views, help, and who may look.
import { type ComponentType, Fragment } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleFacts, Session } from '../../../server/api.mts'
import { messageOf, onSignInNeeded } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { after } from '../clock.ts'
import { LiveView } from '../live/live-view.tsx'
import { Notice } from './notice.tsx'
import { FactsContext } from './facts.ts'
import { HelpDialog } from './help-dialog.tsx'
import { Icon, type IconName } from './icon.tsx'
import { useKeys } from './keyboard.ts'
import { go, useRoute, type ViewName } from './route.ts'
import { SignIn } from './sign-in.tsx'

interface ViewEntry {
  title: string
  icon: IconName
  /** Pressed after `g`. */
  key: string
  load?: () => Promise<ComponentType>
}

const views: Record<ViewName, ViewEntry> = {
  live: { title: 'Live', icon: 'live', key: 'l' },
  search: {
    title: 'Search',
    icon: 'search',
    key: 's',
    load: async () => (await import('../search/search-view.tsx')).SearchView,
  },
  delivery: {
    title: 'Delivery',
    icon: 'delivery',
    key: 'd',
    load: async () => (await import('../delivery/delivery-view.tsx')).DeliveryView,
  },
  'dead-letters': {
    title: 'Dead letters',
    icon: 'dead-letters',
    key: 'x',
    load: async () => (await import('../dead-letters/dead-letters-view.tsx')).DeadLettersView,
  },
}
const entries = Object.entries(views) as [ViewName, ViewEntry][]

export function Shell() {
  const { view } = useRoute()
  const [isHelpOpen, setHelpOpen] = useState(false)
  const session = useAnswer<Session>('/api/session')
  const [isSignInNeeded, setSignInNeeded] = useState(false)
  useEffect(() => onSignInNeeded(() => setSignInNeeded(true)), [])
  const mayLook =
    session.answer !== undefined &&
    !isSignInNeeded &&
    (session.answer.isSignedIn || !session.answer.isTokenNeeded)
  const facts = useAnswer<ConsoleFacts>(mayLook ? '/api/console' : undefined)

  useEffect(() => {
    document.title = `${views[view].title} · Millrace`
  }, [view])
  useKeys({
    '?': () => setHelpOpen(true),
    ...Object.fromEntries(entries.map(([name, { key }]) => [`g ${key}`, () => go(`/${name}`)])),
  })

  return (
    <FactsContext.Provider value={facts.answer}>
      <a class="skip" href="#view">
        Skip to the view
      </a>
      <header class="top">
        <span class="brand">
          <Icon name="brand" />
          <span>Millrace</span>
        </span>
        <nav aria-label="Views">
          {entries.map(([name, entry]) => (
            <ViewLink key={name} name={name} entry={entry} isCurrent={name === view} />
          ))}
        </nav>
        <span class="place">{facts.answer !== undefined && `topic ${facts.answer.topic}`}</span>
        <button
          type="button"
          class="icon"
          aria-label="Keyboard help"
          title="Keyboard help (?)"
          onClick={() => setHelpOpen(true)}
        >
          <Icon name="help" />
        </button>
      </header>
      <main id="view" tabIndex={-1} class={`view ${view}`}>
        <h1 class="unseen">{views[view].title}</h1>
        {session.error !== undefined && session.answer === undefined && (
          <Unreachable error={session.error} retry={session.reload} />
        )}
        {session.answer !== undefined && !mayLook && (
          <SignIn
            onSignedIn={() => {
              setSignInNeeded(false)
              session.reload()
            }}
          />
        )}
        {mayLook && <View key={view} name={view} />}
      </main>
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </FactsContext.Provider>
  )
}

function ViewLink({
  name,
  entry,
  isCurrent,
}: {
  name: ViewName
  entry: ViewEntry
  isCurrent: boolean
}) {
  return (
    <a
      href={`/${name}`}
      aria-current={isCurrent ? 'page' : undefined}
      title={`${entry.title} (g ${entry.key})`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        go(`/${name}`)
      }}
    >
      <Icon name={entry.icon} />
      <span>{entry.title}</span>
    </a>
  )
}

/** A view whose script may still be on its way. */
function View({ name }: { name: ViewName }) {
  const { load } = views[name]
  const [loaded, setLoaded] = useState<{ Component?: ComponentType; error?: unknown }>(
    load === undefined ? { Component: LiveView } : {},
  )
  useEffect(() => {
    load?.()
      .then((Component) => setLoaded({ Component }))
      .catch((error: unknown) => setLoaded({ error }))
  }, [load])
  if (loaded.error !== undefined) {
    return (
      <Notice
        kind="error"
        title="This view could not be loaded"
        text={`${messageOf(loaded.error)}. Load the page again: the console may have been updated.`}
      />
    )
  }
  const { Component } = loaded
  return Component === undefined ? <Fragment /> : <Component />
}

function Unreachable({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => after(3000, retry))
  return (
    <Notice
      kind="error"
      title="The console does not answer"
      text={`${messageOf(error)} It is asked again every few seconds.`}
    />
  )
}
