// The first thing that an npm script runs, on whatever Node is installed: plain JavaScript without
// dependencies. It installs, builds, and hands over to the pinned Node (docs/decisions/0001).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const binaries = join(root, 'node_modules', '.bin')

/** Command name -> the program that the pinned Node runs. */
const programs = {
  start: 'libs/workspace/src/start.ts',
  test: 'libs/workspace/src/test.ts',
  bench: 'bench/run.ts',
  chaos: 'test/chaos/run.ts',
  fuzz: 'test/fuzz/run.ts',
  fixtures: 'libs/formats/scripts/record-fixtures.ts',
  docs: 'libs/workspace/src/docs.ts',
  'docs:images': 'test/docs/take-console-pictures.ts',
  millrace: 'libs/cli/bin/millrace.mjs',
}

const [command = '', ...rest] = process.argv.slice(2)
const program = programs[command]
if (program === undefined) {
  fail(`"${command}" is not a command; the commands are ${Object.keys(programs).join(', ')}.`, 2)
}

if (!isInstalled()) install()
build()
run()

/** True when every package of the lockfile is there in its version. Optional ones may be absent. */
function isInstalled() {
  const installedPath = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedPath)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = installed[path]
    if (found === undefined) return entry.optional === true
    return entry.link === true ? found.link === true : found.version === entry.version
  })
}

function install() {
  note('Installing packages (npm ci); the first time takes a minute.')
  const npm = process.env.npm_execpath
  const result =
    npm !== undefined && npm.endsWith('.js')
      ? spawnSync(process.execPath, [npm, 'ci', '--no-progress', '--loglevel=error'], stdio())
      : spawnSync('npm', ['ci', '--no-progress', '--loglevel=error'], stdio())
  if (result.error !== undefined) fail(`npm could not be started: ${result.error.message}.`)
  if (result.status !== 0) fail('npm ci failed; its own words are above.', result.status ?? 1)
}

/** Only the published packages and the console's page need building, and only what changed is built. */
function build() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const result = spawnSync(pinnedNode(), [tsc, '-b', 'libs/transport'], stdio())
  if (result.status !== 0) fail('The published packages do not compile; see above.')
  if (!['start', 'test', 'docs:images'].includes(command)) return
  const page = spawnSync(pinnedNode(), [join(root, 'services/console/web/build.mjs')], stdio())
  if (page.status !== 0) fail("The console's page could not be built; see above.")
}

function run() {
  const isStart = command === 'start'
  const guard = isStart ? ['--import', join(root, 'libs/workspace/src/die-with-parent.mjs')] : []
  const child = spawn(pinnedNode(), [...guard, join(root, program), ...rest], {
    cwd: command === 'millrace' ? (process.env.INIT_CWD ?? root) : root,
    // Over the channel, what npm start runs notices when this process is killed.
    stdio: ['inherit', 'inherit', 'inherit', ...(isStart ? ['ipc'] : [])],
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` },
  })
  // The child decides when to end. Ctrl-C reaches it directly, as a member of the terminal's group, and
  // a signal sent to this process alone is passed on.
  process.on('SIGINT', () => child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  child.on('error', (error) => fail(`${program} could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

/** The Node that npm installed for this platform, or the running one where npm has none. */
function pinnedNode() {
  const pinned = join(binaries, 'node')
  if (existsSync(pinned)) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    `Millrace brings no Node for ${process.platform}-${process.arch}; install Node 24 (this is ${process.version}) and run the command again.`,
  )
}

function stdio() {
  return { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }
}

function note(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text, code = 1) {
  note(`millrace: ${text}`)
  process.exit(code)
}
