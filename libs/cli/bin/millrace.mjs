#!/usr/bin/env node
// The start of the `millrace` command, in JavaScript that an old Node can read too.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const runsSources = major > 22 || (major === 22 && minor >= 18)
const pinned = runsSources ? undefined : pinnedNode()

if (runsSources) {
  // What was compiled for the command before is kept in the system's temporary folder: half of each start.
  nodeModule.enableCompileCache()
  await import('../src/main.ts')
} else if (pinned === undefined) {
  process.stderr.write(
    `millrace needs Node 22.18 or newer, this is ${process.version}; run npm ci in its folder, which brings one.\n`,
  )
  process.exitCode = 78
} else {
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  // Ctrl-C reaches the child directly, a signal sent to this process is passed on; the child decides when to end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => {
    process.stderr.write(`millrace: ${pinned} could not be started: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

/** The Node that npm installed beside Millrace, from this file's folder upwards; undefined when there is none. */
function pinnedNode() {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = join(folder, 'node_modules', '.bin', 'node')
    if (existsSync(candidate) && realpathSync(candidate) !== realpathSync(process.execPath)) {
      return candidate
    }
    const parent = dirname(folder)
    if (parent === folder) return undefined
    folder = parent
  }
}
