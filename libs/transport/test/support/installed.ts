// What users get: the five published packages, packed and unpacked into a folder of their own, beside the loggers.
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')
const published = ['foundation', 'envelope', 'kafka', 'spool', 'transport']
const loggers = ['pino', 'winston', 'bunyan']

/**
 * A folder with `node_modules` as npm would make it, without a registry: ours from their tarballs, exactly the
 * dependencies that they declare, and the loggers, as links to the copies of this repository. The caller removes it.
 */
export function installPublished(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-installed-'))
  const modules = join(folder, 'node_modules')
  const dependencies = new Set(loggers)
  const workspaces = published.flatMap((name) => ['--workspace', `libs/${name}`])
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, ...workspaces], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for (const name of published) {
    const target = join(modules, '@millrace', name)
    mkdirSync(target, { recursive: true })
    const tarball = join(folder, `millrace-${name}-${versionOf(name)}.tgz`)
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
    const { dependencies: own } = readPackage(target)
    for (const dependency of Object.keys(own ?? {})) dependencies.add(dependency)
  }
  for (const dependency of dependencies) {
    if (dependency.startsWith('@millrace/')) continue
    const nested = published.map((name) => join(root, 'libs', name, 'node_modules', dependency))
    const source = [...nested, join(root, 'node_modules', dependency)].find(existsSync)
    if (source === undefined) throw new Error(`${dependency} is declared but not installed`)
    symlinkSync(source, join(modules, dependency))
  }
  cpSync(join(import.meta.dirname, '../programs'), folder, { recursive: true })
  return folder
}

export function removeInstalled(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** The pinned Node and every other supported major on the PATH, by version. */
export function findNodes(): { version: string; path: string }[] {
  const byMajor = new Map<string, { version: string; path: string }>()
  const folders = [join(root, 'node_modules/.bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  for (const folder of folders) {
    const path = join(folder, 'node')
    if (!existsSync(path)) continue
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
    const major = version.slice(1).split('.')[0]!
    if (Number(major) >= 20 && !byMajor.has(major)) byMajor.set(major, { version, path })
  }
  return [...byMajor.values()]
}

export interface Run {
  code: number | string
  output: string
  tookMs: number
}

export interface RunOptions {
  node: string
  folder: string
  program: string
  environment: Record<string, string>
  /** A shell command that comes first, for limits that the program is to meet. */
  shell?: string
  /** Called with everything printed so far, whenever something was printed. */
  onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs a program to its end, with a spool of its own; one that is not over after 100 s is killed. */
export function runProgram(options: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const spool = mkdtempSync(join(options.folder, 'spool-'))
    const command = `${options.shell ?? ':'} && exec "$0" "$@"`
    const child = spawn('/bin/bash', ['-c', command, options.node, options.program], {
      cwd: options.folder,
      env: { MILLRACE_SPOOL_DIRECTORY: spool, ...options.environment, PATH: dirname(options.node) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 100_000,
      killSignal: 'SIGKILL',
    })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString()
      options.onOutput?.(output, (signal) => child.kill(signal))
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const tookMs = performance.now() - startedAt
      resolve({ code: code ?? signal ?? 'unknown', output, tookMs })
    })
  })
}

/** A peer that accepts connections and then does what `talk` does. */
export async function startPeer(
  talk: (write: (bytes: Buffer) => void) => void,
): Promise<{ address: string; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => talk((bytes) => socket.write(bytes)))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { address: `127.0.0.1:${port}`, close: () => server.close() }
}

function readPackage(folder: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
    dependencies?: Record<string, string>
  }
}

function versionOf(name: string): string {
  return readPackage(join(root, 'libs', name)).version
}
