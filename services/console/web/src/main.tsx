// The page begins here: the shell is drawn at once, each view brings its own script.
import { render } from 'preact'
import { Shell } from './shell/shell.tsx'
import { currentRoute, go } from './shell/route.ts'

if (location.pathname === '/') go(`/${currentRoute().view}${location.search}`, true)
render(<Shell />, document.querySelector('#page')!)
