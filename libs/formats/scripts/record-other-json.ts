// Records the JSON loggers of Go, Python and Java, and OpenTelemetry's SDK. Each needs its language and that language's package registry.
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { root, save } from './fixture-parts.ts'
import { inFolder } from './program-parts.ts'

const programs = new URL('programs/', import.meta.url)
const fixtures = root.pathname

function run(folder: string, command: string, ...args: string[]): string {
  const result = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (result.status !== 0) throw new Error(`${command} ended with ${String(result.status)}`)
  return result.stdout
}

/** slog, zap, zerolog, logrus. */
export function recordGoJson(): void {
  run(new URL('go-json/', programs).pathname, 'go', 'run', '.', fixtures)
}

/** structlog, python-json-logger, loguru. */
export async function recordPythonJson(): Promise<void> {
  const source = new URL('python-json/', programs).pathname
  await inFolder(async (folder) => {
    run(folder, 'python3', '-m', 'venv', 'venv')
    const python = join(folder, 'venv/bin/python')
    run(folder, python, '-m', 'pip', 'install', '-q', '-r', join(source, 'requirements.txt'))
    run(folder, python, join(source, 'record.py'), fixtures)
    await Promise.resolve()
  })
}

/** Log4j2 with all its JSON layouts, logback, logstash-logback-encoder. */
export async function recordJavaJson(): Promise<void> {
  await inFolder(async (folder) => {
    cpSync(new URL('java-json/', programs), folder, { recursive: true })
    const goals = ['-q', '-B', 'compile', 'exec:java', '-Dexec.mainClass=Record']
    run(folder, 'mvn', ...goals, `-Dexec.args=${fixtures}`)
    await Promise.resolve()
  })
}

/** OpenTelemetry's JavaScript SDK; its packages are fetched for the occasion. */
export async function recordOtlp(): Promise<void> {
  await inFolder(async (folder) => {
    cpSync(new URL('otlp/', programs), folder, { recursive: true })
    run(folder, 'npm', 'install', '--silent')
    save('otlp', 'sdk', run(folder, process.execPath, 'record.mjs'))
    await Promise.resolve()
  })
}
