// Builds the page into services/console/dist; does nothing when it was built from the same sources.
// Plain JavaScript that the bootstrap, the container's build and the browser tests all run alike.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const web = import.meta.dirname
const target = join(web, '../dist')
const stampName = 'built-from'

const stamp = sourcesHash()
const built = join(target, stampName)
if (!existsSync(built) || readFileSync(built, 'utf8') !== stamp) await buildPage()

/** Changes with any file of the page, with what the server says to it, and with the libraries' versions. */
function sourcesHash() {
  const hash = createHash('sha256')
  const manifest = join(web, '../package.json')
  const files = globSync('**/*.{ts,tsx,mts,mjs,css,html,svg}', {
    cwd: web,
    exclude: ['dist/**'],
  }).sort()
  for (const path of [manifest, ...files.map((file) => join(web, file))]) {
    hash.update(path.slice(web.length)).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

/** Into a folder of its own first: two commands may build at once, and a server may serve meanwhile. */
async function buildPage() {
  // A shell or a test runner may say otherwise, and the page would be the larger one for its developers.
  // oxlint-disable-next-line no-process-env -- the bundler takes it from nowhere else
  process.env.NODE_ENV = 'production'
  // Only now: to find that nothing changed must cost next to nothing.
  const { build } = await import('vite')
  const folder = mkdtempSync(join(web, '../dist-new-'))
  try {
    await build({
      configFile: false,
      root: web,
      base: '/',
      logLevel: 'warn',
      build: {
        outDir: folder,
        emptyOutDir: true,
        target: 'es2023',
        sourcemap: false,
        // Data URLs would be one more thing for the content security policy to allow.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
      },
      plugins: [{ name: 'preload-fonts', transformIndexHtml: preloadFonts }],
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    })
    writeFileSync(join(folder, stampName), stamp)
    // A temporary folder is its maker's alone; another user may serve this one.
    chmodSync(folder, 0o755)
    put(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Letters that come with the page, so that no text moves when they arrive. */
function preloadFonts(_html, { bundle }) {
  const fonts = Object.keys(bundle).filter((name) => name.endsWith('.woff2'))
  return fonts.map((name) => ({
    tag: 'link',
    attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${name}` },
    injectTo: 'head-prepend',
  }))
}

/** In the place of the old page; another command may have been quicker, with the same page. */
function put(folder) {
  const old = `${folder}-old`
  try {
    if (existsSync(target)) renameSync(target, old)
    renameSync(folder, target)
  } catch (error) {
    if (!existsSync(built) || readFileSync(built, 'utf8') !== stamp) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}
