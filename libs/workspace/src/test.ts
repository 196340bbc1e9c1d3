// `npm test`: every check, then every test, then the runner's own summary as the last words.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const help = `npm test -- [options] [file filter ...]

Runs the checks (types, lint, format, dead code) and all tests. The tests that need Kafka and Elasticsearch start
real ones on free ports, once for the whole run.

  --unit       no servers: checks and unit tests only
  --no-checks  tests only
  --help       this text

Everything else goes to the test runner: npm test -- settle, npm test -- -t 'a 429'.
MILLRACE_TEST_STACK=testcontainers takes the servers from a Docker engine.
MILLRACE_TEST_SEED=7 makes the property tests draw other cases than those of each run.
`

interface Check {
  name: string
  program: string
  arguments: string[]
}

const binary = (name: string): string => join(root, 'node_modules', '.bin', name)
const checks: Check[] = [
  { name: 'types', program: binary('tsc'), arguments: ['-b'] },
  { name: 'lint', program: binary('oxlint'), arguments: ['--type-aware', '--quiet'] },
  { name: 'format', program: binary('oxfmt'), arguments: ['--check'] },
  { name: 'dead code', program: binary('knip'), arguments: ['--no-progress', '--no-config-hints'] },
]

/** Prints the check's output only when it failed, and then in full. */
function passes(check: Check): boolean {
  const startedAt = performance.now()
  const result = spawnSync(check.program, check.arguments, { cwd: root, encoding: 'utf8' })
  const passed = result.status === 0
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${check.name} (${seconds} s)\n`)
  if (!passed)
    process.stdout.write(`${result.error?.message ?? ''}${result.stdout}${result.stderr}\n`)
  return passed
}

const flags = process.argv.slice(2)
if (flags.includes('--help')) {
  process.stdout.write(help)
  process.exit(0)
}
const failed = flags.includes('--no-checks') ? [] : checks.filter((check) => !passes(check))
const passedOn = flags.filter((flag) => flag !== '--unit' && flag !== '--no-checks')
const projects = flags.includes('--unit') ? ['--project', 'unit'] : []
const tests = spawnSync(
  binary('vitest'),
  ['run', '--config', 'test/vitest.config.ts', ...projects, ...passedOn],
  { cwd: root, stdio: 'inherit' },
)
if (failed.length > 0) {
  const names = failed.map((check) => check.name).join(', ')
  process.stdout.write(`\nFAILED before the tests: ${names} (the reasons are above)\n`)
}
process.exitCode = failed.length > 0 ? 1 : (tests.status ?? 1)
